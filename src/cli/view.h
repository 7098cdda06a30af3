/* Commands that read a log and write what they make of it to standard output, or to -o FILE. */
#ifndef CLI_VIEW_H
#define CLI_VIEW_H

#include "cli/cli.h"

/* What a command does with its options; `*exit_status` is 0 unless it says otherwise. */
typedef enum rs_status view_performer(struct options *options, int *exit_status, struct rs_error *error);

/* Parses the command line, has the command performed, or tells its help; returns the exit status. */
int view_command(enum command command, int argc, char **argv, view_performer *perform);

/* Writes to `file` what the command shows of `log`. */
typedef enum rs_status view_teller(struct rs_log *log, const struct options *options, FILE *file,
                                   struct rs_error *error);

/* One line where there is not exactly one log. */
enum rs_status view_arguments_check(const char *command, const struct options *options,
                                    struct rs_error *error);

/* Opens the output file of a command that reads `inputs`, which end with NULL; standard output for NULL.
 * NULL with one line in `error`, also where it is one of the files that are read. */
FILE *view_output_open(FILE *const *inputs, const char *output, struct rs_error *error);

/* Opens the log that the options name and the file `output`, or standard output for NULL, and has the command
 * told. */
enum rs_status view_tell(const struct options *options, const char *output, view_teller *tell,
                         struct rs_error *error);

/* RS_BAD_ARGUMENT where the log was recorded at a lower level. */
enum rs_status view_level_check(const struct rs_log *log, enum rs_trace_level level, const char *name,
                                struct rs_error *error);

/* The events to a sink, which is closed; NULL: memory is short. */
enum rs_status view_show(struct rs_log *log, const struct options *options, struct rs_trace_sink *sink,
                         struct rs_error *error);

/* The columns that --width or the terminal gives, between the least and the most; `usual` where there is no
 * terminal. */
unsigned view_width(const struct options *options, FILE *file, unsigned least, unsigned most, unsigned usual);

#endif

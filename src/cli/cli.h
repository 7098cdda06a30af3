/* What the commands share: options, files, exit statuses. Internal to src/cli. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/progress.h"
#include "ringside/log.h"
#include "ringside/machine.h"
#include "ringside/status.h"
#include "ringside/trace.h"
#include "ringside/view.h"

/* Exit statuses besides the guest's own 0 to 255; scripts rely on them. */
enum {
  STATUS_HALT = 122,     /* HLT that nothing can end */
  STATUS_SHUTDOWN = 123, /* triple fault */
  STATUS_LIMIT = 124,
  STATUS_FAILED = 125,    /* Ringside itself: bad options, bad files, host failures */
  STATUS_SIGNALLED = 128, /* and the signal that ended the run or Ringside */
};

/* By name, where none is given: a log where the output's name ends in ".ring", Perfetto's where it ends in
 * ".pftrace", else text. */
enum trace_format { FORMAT_BY_NAME, FORMAT_TEXT, FORMAT_JSONL, FORMAT_RING, FORMAT_PERFETTO, FORMAT_JSON };
enum kernel_choice { KERNEL_BY_CLASS, KERNEL_I386, KERNEL_X86_64, KERNEL_CLASSIC };
enum entry_choice {
  ENTRY_AUTO,
  ENTRY_SYSCALL,
  ENTRY_INT80,
  ENTRY_SYSENTER,
  ENTRY_CALLGATE,
  ENTRY_UD2,
  ENTRY_LOCKNOP
};
enum leave_choice { LEAVE_AUTO, LEAVE_IRET, LEAVE_SYSRET };
enum pointers_choice { POINTERS_FIXUP, POINTERS_RANGE, POINTERS_MAPPING };
enum colour_choice { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/* A list of texts that live as long as argv. */
struct text_list {
  const char **text;
  size_t count;
};

struct options {
  /* all commands */
  enum rs_trace_level trace;
  bool trace_given;
  enum trace_format format; /* never by name once the options are parsed */
  enum colour_choice colour;
  enum rs_cpu_model model;
  const char *trace_file; /* NULL: standard error; of `show`, standard output */
  /* run and boot */
  uint64_t memory, limit;
  bool witness;
  struct text_list symbols;
  /* run */
  enum kernel_choice kernel;
  enum entry_choice entry;
  enum leave_choice leave;
  enum pointers_choice user_pointers;
  struct text_list env;
  uint64_t epoch;                  /* seconds since 1970 */
  struct text_list initrds, files; /* of the guest's file system */
  /* boot */
  struct text_list modules;
  /* what reads a log */
  struct rs_log_filter filter;
  uint64_t at, at_second; /* a transition, of `compare` one of each log; 0: none */
  bool difference_only;   /* of `compare` */
  unsigned width;         /* 0: the terminal's */
  const char *svg;        /* a file for the timeline; NULL: none */
  bool ascii;
  struct rs_view_options view; /* of view */
  /* what follows the options; NULL-terminated */
  char **arguments;
  int argument_count;
  bool help;
};

/* In the order in which help lists them; the rows are in commands.c. */
enum command {
  COMMAND_RUN,
  COMMAND_BOOT,
  COMMAND_SHOW,
  COMMAND_TIMELINE,
  COMMAND_COMPARE,
  COMMAND_EXPLAIN,
  COMMAND_VIEW,
  COMMAND_COUNT
};

/* Parses argv[1..] of a command. RS_BAD_ARGUMENT with one line in `error` for anything it does not know. The
 * lists are freed by options_free, also after a failure. */
enum rs_status options_parse(enum command command, int argc, char **argv, struct options *options,
                             struct rs_error *error);
void options_free(struct options *options);

/* The long options of a command, and the words that one of them takes, from 0 on; NULL beyond the last. */
const char *options_name(enum command command, unsigned index, bool *takes_value);
const char *options_word(enum command command, const char *name, unsigned index);

/* The help texts; the list of commands stands between head and foot. */
extern const char help_head[], help_foot[], help_run[], help_boot[], help_show[], help_timeline[],
    help_compare[], help_explain[], help_view[];

/* A whole file in memory; freed by file_free. */
struct file {
  void *bytes;
  size_t size;
  const char *name;
};

enum rs_status file_read(const char *name, struct file *file, struct rs_error *error);
void file_free(struct file *file);

/* Runs `machine` under the options' trace and returns the exit status that tells how it ended; a signal, as
 * Ctrl-C sends one, stops it and the trace is told to its end. */
int cli_run_machine(struct rs_machine *machine, const struct options *options,
                    const struct rs_symbols *symbols, struct progress *progress);

/* A sink that writes one of the formats made for people and programs: all but a log. */
struct rs_trace_sink *cli_sink_make(enum trace_format format, FILE *file,
                                    const struct rs_text_options *options);

/* Refuses a format that is not text where a person would see it: `file` is what `options` name, or NULL where
 * they name none and there is none to write it to. */
enum rs_status cli_binary_place_check(const struct options *options, FILE *file, struct rs_error *error);

/* Whether what is written to `file` is to have colours. */
bool cli_colour_wanted(enum colour_choice choice, FILE *file);

/* The machine that the options ask for. `errors`, where the guest's standard error goes, is the host's a line
 * at a time, so that the guest's lines and the trace's stay whole when both go there; the caller closes it
 * unless it is NULL. */
struct rs_machine_config cli_machine_config(const struct options *options, bool host_device,
                                            struct progress *progress);

/* Prints what --witness found; false when the engine differs in a way that is not known. */
bool cli_witness_tell(const struct rs_witness *witness);

/* Adds the files of --symbols. */
enum rs_status cli_symbols_add(struct rs_symbols *symbols, const struct options *options,
                               struct rs_error *error);

/* Prints "ringside: TEXT" and returns STATUS_FAILED. */
int cli_failed(const struct rs_error *error);

int command_run(int argc, char **argv);
int command_boot(int argc, char **argv);
int command_show(int argc, char **argv);
int command_timeline(int argc, char **argv);
int command_compare(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_view(int argc, char **argv);

#endif

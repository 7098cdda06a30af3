/* What the commands that read a log have in common. */
#include "cli/view.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "cli/commands.h"

int view_command(enum command command, int argc, char **argv, view_performer *perform) {
  struct rs_error error;
  struct options options;
  int exit_status = 0;
  enum rs_status status = options_parse(command, argc, argv, &options, &error);
  if (status == RS_OK && options.help)
    fputs(command_rows[command].help, stdout);
  else if (status == RS_OK)
    status = perform(&options, &exit_status, &error);
  if (status != RS_OK) exit_status = cli_failed(&error);
  options_free(&options);
  return exit_status;
}

enum rs_status view_arguments_check(const char *command, const struct options *options,
                                    struct rs_error *error) {
  if (options->argument_count == 0)
    return rs_fail(error, RS_BAD_ARGUMENT, "%s: needs a FILE.ring (see ringside %s --help)", command,
                   command);
  if (options->argument_count > 1)
    return rs_fail(error, RS_BAD_ARGUMENT, "%s: %s takes one log; options come before it",
                   options->arguments[1], command);
  return RS_OK;
}

enum rs_status view_level_check(const struct rs_log *log, enum rs_trace_level level, const char *name,
                                struct rs_error *error) {
  static const char *const level_name[] = { "off", "macro", "transitions", "steps", "instructions" };
  if (rs_log_has_level(log, level)) return RS_OK;
  return rs_fail(error, RS_BAD_ARGUMENT, "--trace=%s: %s was recorded at --trace=%s", level_name[level], name,
                 level_name[rs_log_level(log)]);
}

enum rs_status view_show(struct rs_log *log, const struct options *options, struct rs_trace_sink *sink,
                         struct rs_error *error) {
  struct rs_error close_error;
  if (!sink) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  enum rs_status status = rs_log_show(log, &options->filter, sink, error);
  enum rs_status closed = sink->close(sink, &close_error);
  if (status != RS_OK || closed == RS_OK) return status;
  *error = close_error;
  return closed;
}

/* What is opened for writing is empty then. */
static bool is_same_file(FILE *input, const char *output) {
  struct stat in, out;
  return stat(output, &out) == 0 && fstat(fileno(input), &in) == 0 && in.st_dev == out.st_dev &&
         in.st_ino == out.st_ino;
}

FILE *view_output_open(FILE *const *inputs, const char *output, struct rs_error *error) {
  if (!output) return stdout;
  for (; *inputs; inputs++) {
    if (!is_same_file(*inputs, output)) continue;
    rs_fail(error, RS_BAD_ARGUMENT, "%s: is the log that is to be read", output);
    return NULL;
  }
  FILE *file = fopen(output, "w");
  if (!file) rs_fail(error, RS_IO_ERROR, "%s: %s", output, strerror(errno));
  return file;
}

static enum rs_status view_tell_to(struct rs_log *log, FILE *input, const struct options *options,
                                   const char *output, view_teller *tell, struct rs_error *error) {
  struct progress progress;
  FILE *file = view_output_open((FILE *const[]){ input, NULL }, output, error);
  if (!file) return error->status;
  progress_init(&progress);
  progress_read(&progress, input, file);
  enum rs_status status = tell(log, options, file, error);
  progress_end(&progress);
  if (output && fclose(file) != 0 && status == RS_OK)
    status = rs_fail(error, RS_IO_ERROR, "%s: %s", output, strerror(errno));
  return status;
}

enum rs_status view_tell(const struct options *options, const char *output, view_teller *tell,
                         struct rs_error *error) {
  const char *name = options->arguments[0];
  struct rs_log *log = NULL;
  FILE *file = fopen(name, "rb");
  if (!file) return rs_fail(error, RS_IO_ERROR, "%s: %s", name, strerror(errno));
  enum rs_status status = rs_log_open(file, name, &log, error);
  if (status == RS_OK) status = view_tell_to(log, file, options, output, tell, error);
  rs_log_close(log);
  fclose(file);
  return status;
}

unsigned view_width(const struct options *options, FILE *file, unsigned least, unsigned most,
                    unsigned usual) {
  struct winsize size;
  if (options->width) return options->width;
  if (ioctl(fileno(file), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
  return size.ws_col < least ? least : size.ws_col > most ? most : size.ws_col;
}

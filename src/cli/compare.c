/* `ringside compare`: two logs side by side. */
#include <errno.h>
#include <string.h>

#include "cli/view.h"
#include "ringside/compare.h"

enum { STATUS_DIFFERENT = 1 };

/* The two logs and their files; zeroed at the start. */
struct logs {
  FILE *file[3]; /* ends with NULL */
  struct rs_log *log[2];
};

static enum rs_status compare_arguments_check(const struct options *options, struct rs_error *error) {
  if (options->argument_count != 2)
    return rs_fail(error, RS_BAD_ARGUMENT, "compare: needs two logs (see ringside compare --help)");
  if (options->width && (options->width < RS_COMPARE_WIDTH_MIN || options->width > RS_COMPARE_WIDTH_MAX))
    return rs_fail(error, RS_BAD_ARGUMENT, "--width=%u: must be from %d to %d", options->width,
                   RS_COMPARE_WIDTH_MIN, RS_COMPARE_WIDTH_MAX);
  return RS_OK;
}

static enum rs_status logs_open(struct logs *logs, char *const *names, struct rs_error *error) {
  enum rs_status status = RS_OK;
  for (unsigned i = 0; i < 2 && status == RS_OK; i++) {
    logs->file[i] = fopen(names[i], "rb");
    if (!logs->file[i]) return rs_fail(error, RS_IO_ERROR, "%s: %s", names[i], strerror(errno));
    status = rs_log_open(logs->file[i], names[i], &logs->log[i], error);
  }
  return status;
}

static void logs_close(struct logs *logs) {
  for (unsigned i = 0; i < 2; i++) {
    rs_log_close(logs->log[i]);
    if (logs->file[i]) fclose(logs->file[i]);
  }
}

static enum rs_status compare_to(const struct logs *logs, const struct options *options, bool *same,
                                 struct rs_error *error) {
  const char *output = options->trace_file;
  const char *const name[] = { options->arguments[0], options->arguments[1] };
  FILE *file = view_output_open(logs->file, output, error);
  if (!file) return error->status;
  const struct rs_compare_options how = {
    .at = { options->at, options->at_second ? options->at_second : options->at },
    .difference_only = options->difference_only,
    .json = options->format == FORMAT_JSON,
    .colour = cli_colour_wanted(options->colour, file),
    .width = view_width(options, file, RS_COMPARE_WIDTH_MIN, RS_COMPARE_WIDTH_MAX, RS_COMPARE_WIDTH),
  };
  struct progress progress;
  progress_init(&progress);
  progress_read(&progress, logs->file[0], file);
  enum rs_status status = rs_compare(logs->log, name, &how, file, same, error);
  progress_end(&progress);
  if (output && fclose(file) != 0 && status == RS_OK)
    status = rs_fail(error, RS_IO_ERROR, "%s: %s", output, strerror(errno));
  return status;
}

static enum rs_status compare_perform(struct options *options, int *exit_status, struct rs_error *error) {
  bool same = true;
  struct logs logs = { .log = { NULL } };
  enum rs_status status = compare_arguments_check(options, error);
  if (status == RS_OK) status = logs_open(&logs, options->arguments, error);
  if (status == RS_OK) status = compare_to(&logs, options, &same, error);
  if (status == RS_OK && options->difference_only && !same) *exit_status = STATUS_DIFFERENT;
  logs_close(&logs);
  return status;
}

int command_compare(int argc, char **argv) {
  return view_command(COMMAND_COMPARE, argc, argv, compare_perform);
}

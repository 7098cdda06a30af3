/* `ringside show`: prints a log as the run would have been printed. */
#include <errno.h>
#include <string.h>

#include "cli/cli.h"

static enum rs_status show_arguments_check(const struct options *options, struct rs_error *error) {
  if (options->argument_count == 0)
    return rs_fail(error, RS_BAD_ARGUMENT, "show: needs a FILE.ring (see ringside show --help)");
  if (options->argument_count > 1)
    return rs_fail(error, RS_BAD_ARGUMENT, "%s: show takes one log; options come before it",
                   options->arguments[1]);
  if (options->format == FORMAT_RING)
    return rs_fail(error, RS_BAD_ARGUMENT, "--format=ring: show prints text or jsonl");
  return RS_OK;
}

static enum rs_status level_check(const struct rs_log *log, enum rs_trace_level level, const char *name,
                                  struct rs_error *error) {
  static const char *const level_name[] = { "off", "macro", "transitions", "steps", "instructions" };
  if (rs_log_has_level(log, level)) return RS_OK;
  return rs_fail(error, RS_BAD_ARGUMENT, "--trace=%s: %s was recorded at --trace=%s", level_name[level], name,
                 level_name[rs_log_level(log)]);
}

/* Tells the log to a sink of its own on `file`. */
static enum rs_status log_print(struct rs_log *log, const struct options *options, FILE *file,
                                struct rs_error *error) {
  struct rs_error close_error;
  const struct rs_text_options text = {
    .level = options->trace_given ? options->trace : rs_log_level(log),
    .colour = cli_colour_wanted(options->colour, file),
    .symbols = rs_log_symbols(log),
    .memory = rs_log_memory(log),
  };
  enum rs_status status = level_check(log, text.level, options->arguments[0], error);
  if (status != RS_OK || text.level == RS_TRACE_OFF) return status;
  struct rs_trace_sink *sink =
      options->format == FORMAT_JSONL ? rs_jsonl_sink(file, &text) : rs_text_sink(file, &text);
  if (!sink) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  status = rs_log_show(log, &options->filter, sink, error);
  enum rs_status closed = sink->close(sink, &close_error);
  if (status != RS_OK || closed == RS_OK) return status;
  *error = close_error;
  return closed;
}

static enum rs_status log_print_to(struct rs_log *log, const struct options *options,
                                   struct rs_error *error) {
  const char *name = options->trace_file;
  FILE *file = name ? fopen(name, "w") : stdout;
  if (!file) return rs_fail(error, RS_IO_ERROR, "%s: %s", name, strerror(errno));
  enum rs_status status = log_print(log, options, file, error);
  if (name && fclose(file) != 0 && status == RS_OK)
    status = rs_fail(error, RS_IO_ERROR, "%s: %s", name, strerror(errno));
  return status;
}

static enum rs_status show_with(const struct options *options, struct rs_error *error) {
  enum rs_status status = show_arguments_check(options, error);
  if (status != RS_OK) return status;
  const char *name = options->arguments[0];
  struct rs_log *log = NULL;
  FILE *file = fopen(name, "rb");
  if (!file) return rs_fail(error, RS_IO_ERROR, "%s: %s", name, strerror(errno));
  status = rs_log_open(file, name, &log, error);
  if (status == RS_OK) status = log_print_to(log, options, error);
  rs_log_close(log);
  fclose(file);
  return status;
}

int command_show(int argc, char **argv) {
  struct rs_error error;
  struct options options;
  int exit_status = 0;
  enum rs_status status = options_parse(COMMAND_SHOW, argc, argv, &options, &error);
  if (status == RS_OK && options.help)
    fputs(help_show, stdout);
  else if (status == RS_OK)
    status = show_with(&options, &error);
  if (status != RS_OK) exit_status = cli_failed(&error);
  options_free(&options);
  return exit_status;
}

/* `ringside show`: prints a log as the run would have been printed. */
#include "cli/view.h"

static enum rs_status show_arguments_check(const struct options *options, struct rs_error *error) {
  enum rs_status status = view_arguments_check("show", options, error);
  if (status == RS_OK && options->format == FORMAT_RING)
    return rs_fail(error, RS_BAD_ARGUMENT, "%s: show prints text, jsonl or perfetto, no log",
                   options->trace_file);
  return status;
}

/* Tells the log to a sink of its own on `file`. */
static enum rs_status log_print(struct rs_log *log, const struct options *options, FILE *file,
                                struct rs_error *error) {
  const struct rs_text_options text = {
    .level = options->trace_given ? options->trace : rs_log_level(log),
    .colour = cli_colour_wanted(options->colour, file),
    .symbols = rs_log_symbols(log),
    .memory = rs_log_memory(log),
  };
  enum rs_status status = view_level_check(log, text.level, options->arguments[0], error);
  if (status == RS_OK) status = cli_binary_place_check(options, file, error);
  if (status != RS_OK || text.level == RS_TRACE_OFF) return status;
  return view_show(log, options, cli_sink_make(options->format, file, &text), error);
}

static enum rs_status show_perform(struct options *options, int *exit_status, struct rs_error *error) {
  (void)exit_status;
  enum rs_status status = show_arguments_check(options, error);
  return status == RS_OK ? view_tell(options, options->trace_file, log_print, error) : status;
}

int command_show(int argc, char **argv) {
  return view_command(COMMAND_SHOW, argc, argv, show_perform);
}

/* `ringside timeline`: draws a log, ring beside ring, for the terminal or as SVG. */
#include "ringside/timeline.h"
#include "cli/view.h"

static enum rs_status timeline_arguments_check(const struct options *options, struct rs_error *error) {
  enum rs_status status = view_arguments_check("timeline", options, error);
  if (status != RS_OK) return status;
  if (options->svg && options->trace_file)
    return rs_fail(error, RS_BAD_ARGUMENT, "--svg and --output: one of them says where the timeline goes");
  if (options->width && (options->width < RS_TIMELINE_WIDTH_MIN || options->width > RS_TIMELINE_WIDTH_MAX))
    return rs_fail(error, RS_BAD_ARGUMENT, "--width=%u: must be from %d to %d", options->width,
                   RS_TIMELINE_WIDTH_MIN, RS_TIMELINE_WIDTH_MAX);
  return RS_OK;
}

/* A single transition is shown from the inside. */
static enum rs_trace_level timeline_level(const struct rs_log *log, const struct options *options) {
  if (options->trace_given) return options->trace;
  if (options->at) return RS_TRACE_STEPS;
  return rs_log_has_level(log, RS_TRACE_TRANSITIONS) ? RS_TRACE_TRANSITIONS : rs_log_level(log);
}

static enum rs_status timeline_draw(struct rs_log *log, const struct options *options, FILE *file,
                                    struct rs_error *error) {
  const struct rs_timeline_options timeline = {
    .level = timeline_level(log, options),
    .symbols = rs_log_symbols(log),
    .memory = rs_log_memory(log),
    .program = rs_log_program(log),
    .crossings_alone = options->at != 0,
    .colour = cli_colour_wanted(options->colour, file),
    .ascii = options->ascii,
    .width = view_width(options, file, RS_TIMELINE_WIDTH_MIN, RS_TIMELINE_WIDTH_MAX, RS_TIMELINE_WIDTH),
  };
  enum rs_status status = view_level_check(log, timeline.level, options->arguments[0], error);
  if (status != RS_OK && options->at && !options->trace_given)
    rs_fail(error, status, "--at: %s was recorded without steps (--trace=steps), which it shows",
            options->arguments[0]);
  if (status != RS_OK || timeline.level == RS_TRACE_OFF) return status;
  struct rs_trace_sink *sink =
      options->svg ? rs_timeline_svg_sink(file, &timeline) : rs_timeline_sink(file, &timeline);
  return view_show(log, options, sink, error);
}

static enum rs_status timeline_perform(struct options *options, int *exit_status, struct rs_error *error) {
  (void)exit_status;
  enum rs_status status = timeline_arguments_check(options, error);
  if (status != RS_OK) return status;
  if (options->at) options->filter.from = options->filter.to = options->at;
  return view_tell(options, options->svg ? options->svg : options->trace_file, timeline_draw, error);
}

int command_timeline(int argc, char **argv) {
  return view_command(COMMAND_TIMELINE, argc, argv, timeline_perform);
}

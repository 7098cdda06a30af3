/* The timeline that a terminal gets: a sink that draws each row as soon as it is known. */
#include <assert.h>
#include <stdlib.h>

#include "timeline/build.h"
#include "timeline/terminal.h"

enum { TIMELINE_BUFFER = 1 << 16 };

struct timeline_sink {
  struct rs_trace_sink sink;
  struct timeline_builder builder;
  struct timeline_layout layout;
  struct terminal terminal;
  struct output output;
  char buffer[TIMELINE_BUFFER];
};

/* What the last event has made. */
static void rows_draw(struct timeline_sink *timeline) {
  for (size_t i = 0; i < timeline->layout.count; i++)
    terminal_row(&timeline->terminal, &timeline->layout, &timeline->layout.row[i]);
  timeline_layout_clear(&timeline->layout);
  output_flush(&timeline->output);
}

static void timeline_transition(struct rs_trace_sink *sink, const struct rs_transition_event *event) {
  struct timeline_sink *timeline = (struct timeline_sink *)sink;
  timeline_build_transition(&timeline->builder, event, !sink->muted);
  rows_draw(timeline);
}

static void timeline_instruction(struct rs_trace_sink *sink, const struct rs_instruction_event *event) {
  timeline_build_instruction(&((struct timeline_sink *)sink)->builder, event);
}

static void timeline_macro(struct rs_trace_sink *sink, const struct rs_macro_event *event) {
  struct timeline_sink *timeline = (struct timeline_sink *)sink;
  timeline_build_macro(&timeline->builder, event);
  rows_draw(timeline);
}

static void timeline_end(struct rs_trace_sink *sink, const struct rs_end_event *event) {
  struct timeline_sink *timeline = (struct timeline_sink *)sink;
  timeline_build_end(&timeline->builder, event);
  rows_draw(timeline);
}

static enum rs_status timeline_close(struct rs_trace_sink *sink, struct rs_error *error) {
  struct timeline_sink *timeline = (struct timeline_sink *)sink;
  enum rs_status status = output_close(&timeline->output, error);
  if (status == RS_OK) status = timeline_build_status(&timeline->builder, error);
  timeline_layout_free(&timeline->layout);
  free(timeline);
  return status;
}

struct rs_trace_sink *rs_timeline_sink(FILE *file, const struct rs_timeline_options *options) {
  struct timeline_sink *timeline = calloc(1, sizeof *timeline);
  if (!timeline) return NULL;
  assert(options->width >= RS_TIMELINE_WIDTH_MIN && options->width <= RS_TIMELINE_WIDTH_MAX);
  timeline->sink = (struct rs_trace_sink){ .level = options->level,
                                           .wants_stacks = options->level >= RS_TRACE_STEPS,
                                           .transition = timeline_transition,
                                           .instruction = timeline_instruction,
                                           .macro = timeline_macro,
                                           .end = timeline_end,
                                           .close = timeline_close };
  timeline_layout_init(&timeline->layout);
  timeline_build_init(&timeline->builder, options, &timeline->layout);
  output_init(&timeline->output, file, timeline->buffer, sizeof timeline->buffer, options->colour);
  timeline->terminal.output = &timeline->output;
  timeline->terminal.canvas.width = options->width;
  timeline->terminal.canvas.ascii = options->ascii;
  return &timeline->sink;
}

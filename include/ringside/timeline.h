/* A run drawn: what runs in which ring down the page, and every crossing between the rings. */
#ifndef RINGSIDE_TIMELINE_H
#define RINGSIDE_TIMELINE_H

#include "ringside/trace.h"

enum { RS_TIMELINE_WIDTH_MIN = 60, RS_TIMELINE_WIDTH = 100, RS_TIMELINE_WIDTH_MAX = 400 };

struct rs_timeline_options {
  /* RS_TRACE_MACRO: macro-steps alone; RS_TRACE_TRANSITIONS: crossings; RS_TRACE_STEPS: with their
   * micro-steps, stacks and registers, operations and macro-steps; RS_TRACE_INSTRUCTIONS: also how many
   * instructions each function had. */
  enum rs_trace_level level;
  const struct rs_symbols *symbols; /* may be NULL; outlives the sink */
  struct rs_memory_view memory;     /* for strings in system-call arguments; read may be NULL */
  const char *program;              /* what ran; may be NULL */
  bool crossings_alone;             /* no operations and macro-steps, whatever the level */
  /* In a terminal: */
  bool colour, ascii; /* `ascii`: no character beyond it */
  unsigned width;     /* RS_TIMELINE_WIDTH_MIN to RS_TIMELINE_WIDTH_MAX columns */
};

/* Draws on a terminal as events come; nothing limits how many. `file` stays the caller's. NULL when memory is
 * short. */
struct rs_trace_sink *rs_timeline_sink(FILE *file, const struct rs_timeline_options *options);

enum { RS_TIMELINE_SVG_CROSSINGS = 200, RS_TIMELINE_SVG_DETAILS = 16 };

/* Draws one SVG picture when it is closed: of the first RS_TIMELINE_SVG_CROSSINGS transitions that it is
 * told, or RS_TIMELINE_SVG_DETAILS at RS_TRACE_STEPS and above, and of a few operations and macro-steps after
 * each; how many are left out, it says. */
struct rs_trace_sink *rs_timeline_svg_sink(FILE *file, const struct rs_timeline_options *options);

#endif

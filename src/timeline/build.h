/* Makes rows of events. */
#ifndef TIMELINE_BUILD_H
#define TIMELINE_BUILD_H

#include "ringside/timeline.h"
#include "timeline/layout.h"
#include "trace/headline.h"

enum { TIMELINE_FUNCTIONS = 24 };

/* The instructions of each function since the last transition; what finds no place is among the others. */
struct function_counts {
  unsigned count;
  struct function_count {
    const char *name; /* the symbols' own */
    uint64_t instructions;
  } function[TIMELINE_FUNCTIONS];
};

struct timeline_builder {
  enum rs_trace_level level;
  bool crossings_alone;
  struct story story;
  struct timeline_layout *layout;
  uint64_t left_out, first_out, last_out; /* transitions since the last row that were not to be shown */
  bool full;                              /* they are left out because there is no place for more */
  /* Operations and macro-steps since the last crossing, at most so many (0: all), and how many beyond. */
  unsigned marks, marks_most;
  uint64_t marks_out;
  bool opened;    /* something was shown */
  bool attempted; /* an instruction, which was refused and is counted all the same */
  /* Where plain code went on after the last event, and when. */
  bool begun;
  uint64_t number;     /* of the last transition */
  unsigned macro_step; /* the number of the last one */
  uint64_t time;
  uint64_t address;
  enum timeline_lane lane;
  struct function_counts functions;
};

void timeline_build_init(struct timeline_builder *builder, const struct rs_timeline_options *options,
                         struct timeline_layout *layout);

/* Each takes an event and adds what is to be seen of it to the layout: several rows, or none. Events that
 * are not `shown` are followed all the same. */
void timeline_build_transition(struct timeline_builder *builder, const struct rs_transition_event *event,
                               bool shown);
void timeline_build_instruction(struct timeline_builder *builder, const struct rs_instruction_event *event);
void timeline_build_macro(struct timeline_builder *builder, const struct rs_macro_event *event);
void timeline_build_end(struct timeline_builder *builder, const struct rs_end_event *event);

/* RS_OUT_OF_MEMORY when rows are missing; RS_BAD_ARGUMENT when the one crossing asked for was not there. */
enum rs_status timeline_build_status(const struct timeline_builder *builder, struct rs_error *error);

/* span.c: the plain code since the last event up to `time`, where it has come to `address`. */
void timeline_span_add(struct timeline_builder *builder, uint64_t time, uint64_t address);

/* "67,332", "1 instruction", "2 instructions". */
void timeline_print_count(struct output *output, uint64_t count);
void timeline_print_counted(struct output *output, uint64_t count, const char *noun);

/* detail.c: a transition from the inside; NULL when memory is short. */
const struct timeline_detail *timeline_detail(struct timeline_layout *layout,
                                              const struct rs_transition_event *event,
                                              const struct rs_symbols *symbols);

#endif

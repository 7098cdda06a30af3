/* Numbers what the vm tells and hands it to every subscribed sink that wants it. */
#ifndef TRACE_TRACER_H
#define TRACE_TRACER_H

#include "ringside/trace.h"

enum { TRACER_SINKS = 8 };

/* What is told at a level. */
static inline bool level_has_transition(enum rs_trace_level level, const struct rs_transition_event *event) {
  bool operation = event->number == 0 && event->transition->outcome != RS_FAULTED;
  return level >= (operation ? RS_TRACE_STEPS : RS_TRACE_TRANSITIONS);
}
static inline bool level_has_macro(enum rs_trace_level level) {
  return level == RS_TRACE_MACRO || level >= RS_TRACE_STEPS;
}

/* What a sink is told at its level. */
static inline bool sink_wants_transition(const struct rs_trace_sink *sink,
                                         const struct rs_transition_event *event) {
  return level_has_transition(sink->level, event) && sink->transition;
}
static inline bool sink_wants_instructions(const struct rs_trace_sink *sink) {
  return sink->level >= RS_TRACE_INSTRUCTIONS && sink->instruction;
}
static inline bool sink_wants_macro(const struct rs_trace_sink *sink) {
  return level_has_macro(sink->level) && sink->macro;
}

struct tracer {
  struct rs_trace_sink *sink[TRACER_SINKS];
  unsigned sink_count;
  enum rs_trace_level level; /* the highest that any sink wants */
  bool wants_stacks;
  uint64_t sequence;
  uint64_t number;
  uint64_t faulted; /* the sequence of the last event when that one faulted, else 0 */
};

void tracer_init(struct tracer *tracer);

/* RS_BAD_ARGUMENT when there are TRACER_SINKS already. A sink's level and wishes must not change later. */
enum rs_status tracer_subscribe(struct tracer *tracer, struct rs_trace_sink *sink);

/* What anybody wants, so that nothing is computed that nobody reads. */
static inline enum rs_trace_level tracer_level(const struct tracer *tracer) {
  return tracer->level;
}
static inline bool tracer_wants_stacks(const struct tracer *tracer) {
  return tracer->wants_stacks;
}

/* Fills sequence, number and parent of `event` and hands it on. To be called for every transition and
 * operation, completed or not, in order, while any sink listens: the numbering depends on it. */
void tracer_transition(struct tracer *tracer, struct rs_transition_event *event);

/* To be called only at RS_TRACE_INSTRUCTIONS; of a sensitive instruction before its transition. */
void tracer_instruction(struct tracer *tracer, const struct rs_instruction_event *event);

/* Whether any sink wants to know of macro-steps. */
bool tracer_wants_macro(const struct tracer *tracer);
void tracer_macro(struct tracer *tracer, const struct rs_macro_event *event);

void tracer_end(struct tracer *tracer, const struct rs_end_event *event);

#endif

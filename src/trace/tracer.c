/* Numbering, filtering by level, and fan-out to the sinks. */
#include "trace/tracer.h"

#include <string.h>

static bool mechanism_is_transition(enum rs_mechanism mechanism) {
  static const bool is_transition[] = {
#define X(name, text, numbered) numbered,
    RS_MECHANISMS(X)
#undef X
  };
  return is_transition[mechanism];
}

void tracer_init(struct tracer *tracer) {
  memset(tracer, 0, sizeof *tracer);
}

enum rs_status tracer_subscribe(struct tracer *tracer, struct rs_trace_sink *sink) {
  if (tracer->sink_count == TRACER_SINKS) return RS_BAD_ARGUMENT;
  tracer->sink[tracer->sink_count++] = sink;
  if (sink->level > tracer->level) tracer->level = sink->level;
  if (sink->level >= RS_TRACE_TRANSITIONS && sink->wants_stacks) tracer->wants_stacks = true;
  return RS_OK;
}

static void tracer_number(struct tracer *tracer, struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  bool faulted = transition->outcome == RS_FAULTED;
  bool numbered = !faulted && (mechanism_is_transition(transition->cause.mechanism) || event->switches_task);
  event->sequence = ++tracer->sequence;
  event->number = numbered ? ++tracer->number : 0;
  event->parent = tracer->faulted;
  tracer->faulted = rs_outcome_has_fault(transition->outcome) ? event->sequence : 0;
}

void tracer_transition(struct tracer *tracer, struct rs_transition_event *event) {
  tracer_number(tracer, event);
  for (unsigned i = 0; i < tracer->sink_count; i++) {
    struct rs_trace_sink *sink = tracer->sink[i];
    if (sink_wants_transition(sink, event)) sink->transition(sink, event);
  }
}

void tracer_instruction(struct tracer *tracer, const struct rs_instruction_event *event) {
  for (unsigned i = 0; i < tracer->sink_count; i++) {
    struct rs_trace_sink *sink = tracer->sink[i];
    if (sink_wants_instructions(sink)) sink->instruction(sink, event);
  }
}

bool tracer_wants_macro(const struct tracer *tracer) {
  for (unsigned i = 0; i < tracer->sink_count; i++)
    if (sink_wants_macro(tracer->sink[i])) return true;
  return false;
}

void tracer_macro(struct tracer *tracer, const struct rs_macro_event *event) {
  for (unsigned i = 0; i < tracer->sink_count; i++) {
    struct rs_trace_sink *sink = tracer->sink[i];
    if (sink_wants_macro(sink)) sink->macro(sink, event);
  }
}

void tracer_end(struct tracer *tracer, const struct rs_end_event *event) {
  for (unsigned i = 0; i < tracer->sink_count; i++) {
    struct rs_trace_sink *sink = tracer->sink[i];
    if (sink->level > RS_TRACE_OFF && sink->end) sink->end(sink, event);
  }
}

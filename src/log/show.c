/* Tells a log to a sink, as the run would have, or the part of it that a filter lets through. */
#include "log/seek.h"
#include "trace/tracer.h"

struct show {
  const struct rs_log_filter *filter;
  struct rs_trace_sink *sink;
  uint64_t number; /* of the last transition */
  uint32_t task;   /* that runs */
};

/* What is not numbered belongs to the transition before it. */
static bool in_range(const struct show *show) {
  const struct rs_log_filter *filter = show->filter;
  return show->number >= filter->from && (!filter->to || show->number <= filter->to);
}

static bool common_passes(const struct show *show) {
  return in_range(show) && (!show->filter->by_task || show->filter->task == show->task);
}

/* Filters that only transitions and operations can pass. */
static bool transitions_alone(const struct rs_log_filter *filter) {
  return filter->by_vector || filter->by_mechanism || filter->only_faults;
}

static bool is_interrupt(const struct rs_cause *cause) {
  return cause->mechanism == RS_MECHANISM_INTERRUPT || cause->mechanism == RS_MECHANISM_SHUTDOWN;
}

static bool is_fault(const struct rs_transition *transition) {
  const struct rs_cause *cause = &transition->cause;
  bool exception =
      cause->mechanism == RS_MECHANISM_INTERRUPT && cause->interrupt.source == RS_SOURCE_EXCEPTION;
  return exception || transition->outcome != RS_COMPLETED;
}

static bool has_vector(const struct rs_transition *transition, uint8_t vector) {
  if (rs_outcome_has_fault(transition->outcome) && transition->fault.vector == vector) return true;
  return is_interrupt(&transition->cause) && transition->cause.interrupt.vector == vector;
}

static bool transition_passes(const struct show *show, const struct rs_transition *transition) {
  const struct rs_log_filter *filter = show->filter;
  uint8_t ring = filter->ring;
  if (filter->by_ring && transition->before.cpl != ring && transition->after.cpl != ring) return false;
  if (filter->by_vector && !has_vector(transition, filter->vector)) return false;
  if (filter->by_mechanism && transition->cause.mechanism != filter->mechanism) return false;
  if (filter->only_faults && !is_fault(transition)) return false;
  return common_passes(show);
}

static void show_transition(struct show *show, const struct rs_transition_event *event) {
  if (event->number) show->number = event->number;
  show->task = event->task.id;
  if (!sink_wants_transition(show->sink, event)) return;
  show->sink->muted = !transition_passes(show, event->transition);
  show->sink->transition(show->sink, event);
}

static bool cpu_passes(const struct show *show, const struct rs_cpu *cpu) {
  const struct rs_log_filter *filter = show->filter;
  return !transitions_alone(filter) && (!filter->by_ring || filter->ring == cpu->cpl) && common_passes(show);
}

static void show_event(struct show *show, const struct log_event *event) {
  struct rs_trace_sink *sink = show->sink;
  switch (event->kind) {
  case LOG_TRANSITION: show_transition(show, event->transition); break;
  case LOG_INSTRUCTION:
    if (sink_wants_instructions(sink) && cpu_passes(show, event->instruction->before))
      sink->instruction(sink, event->instruction);
    break;
  case LOG_MACRO:
    if (sink_wants_macro(sink) && cpu_passes(show, event->macro->cpu)) sink->macro(sink, event->macro);
    break;
  default:
    if (sink->level > RS_TRACE_OFF && sink->end) sink->end(sink, event->end);
  }
}

/* The sink learns of an entry that was told before the place that is shown first. */
static void entry_follow(void *context, const struct rs_transition_event *event) {
  struct rs_trace_sink *sink = context;
  sink->muted = true;
  if (sink_wants_transition(sink, event)) sink->transition(sink, event);
}

/* Goes to the frame that has the first transition to be told, as if all before it had been followed. */
static enum rs_status begin_late(struct rs_log *log, struct show *show, struct rs_error *error) {
  struct log_position position;
  struct log_here here;
  enum rs_status status = log_find_transition(log, show->filter->from, &position, error);
  if (status == RS_OK) status = log_find_frame(log, position.frame, &here, error);
  if (status == RS_OK) status = log_follow_entries(log, &here, entry_follow, show->sink, error);
  if (status != RS_OK) return status;
  show->number = here.number;
  show->task = here.task.id;
  return log_go(log, (struct log_position){ position.frame, 0 }, error);
}

/* Past the last transition to be told only the run's end matters. */
static enum rs_status skip_to_end(struct rs_log *log, struct rs_error *error) {
  struct log_position last;
  enum rs_status status = log_find_last(log, &last, error);
  return status == RS_OK ? log_go(log, last, error) : status;
}

/* Of what can only be read forward, and of damaged logs, all is read instead. */
static void begin(struct rs_log *log, struct show *show, struct rs_error *error) {
  const struct log_position first = { 0, 0 };
  if (show->filter->from > 1 && log_can_go(log) && begin_late(log, show, error) != RS_OK)
    log_go(log, first, error);
}

enum rs_status rs_log_show(struct rs_log *log, const struct rs_log_filter *filter, struct rs_trace_sink *sink,
                           struct rs_error *error) {
  struct show show = { .filter = filter, .sink = sink };
  struct log_event event;
  bool skips = filter->to && log_can_go(log);
  enum rs_status status;
  begin(log, &show, error);
  while ((status = log_next(log, &event, error)) == RS_OK && event.kind) {
    show_event(&show, &event);
    if (!skips || show.number <= filter->to) continue;
    skips = false;
    status = skip_to_end(log, error);
    if (status != RS_OK) break;
  }
  return status;
}

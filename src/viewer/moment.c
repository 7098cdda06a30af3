/* Copies of events, which the log keeps only until the next one is read. */
#include "viewer/moment.h"

#include <stddef.h>
#include <string.h>

uint64_t event_place(const struct log_event *event, uint8_t *ring) {
  *ring = 0;
  switch (event->kind) {
  case LOG_TRANSITION:
    *ring = event->transition->transition->before.cpl;
    return event->transition->instructions;
  case LOG_INSTRUCTION: *ring = event->instruction->before->cpl; return event->instruction->instructions;
  case LOG_MACRO: *ring = event->macro->cpu->cpl; return event->macro->instructions;
  default: return event->end->instructions;
  }
}

bool transition_is_fault(const struct rs_transition *transition) {
  const struct rs_cause *cause = &transition->cause;
  bool exception =
      cause->mechanism == RS_MECHANISM_INTERRUPT && cause->interrupt.source == RS_SOURCE_EXCEPTION;
  return exception || transition->outcome != RS_COMPLETED;
}

static void copy_transition(struct moment *moment, const struct rs_transition_event *event) {
  const struct rs_transition *from = event->transition;
  size_t used = offsetof(struct rs_transition, step) + from->step_count * sizeof from->step[0];
  moment->event = *event;
  memcpy(&moment->transition, from, used);
  moment->event.transition = &moment->transition;
  moment->before = from->before;
  moment->after = from->after;
}

static void copy_instruction(struct moment *moment, const struct rs_instruction_event *event) {
  moment->instruction = *event;
  moment->before = *event->before;
  moment->after = *event->after;
  moment->instruction.before = &moment->before;
  moment->instruction.after = &moment->after;
}

static void copy_macro(struct moment *moment, const struct rs_macro_event *event) {
  moment->macro = *event;
  moment->before = moment->after = *event->cpu;
  moment->macro.cpu = &moment->before;
  strncpy(moment->macro_name, event->step.name, LOG_NAME - 1);
  moment->macro_name[LOG_NAME - 1] = 0;
  moment->macro.step.name = moment->macro_name;
}

static void moment_copy(struct moment *moment, const struct log_event *event) {
  moment->kind = event->kind;
  switch (event->kind) {
  case LOG_TRANSITION: copy_transition(moment, event->transition); break;
  case LOG_INSTRUCTION: copy_instruction(moment, event->instruction); break;
  case LOG_MACRO: copy_macro(moment, event->macro); break;
  case LOG_END: moment->end = *event->end; break;
  default: break;
  }
}

/* The end has no registers: they are what the event before it left. */
static enum rs_status read_before_end(struct moment *moment, struct rs_log *log, struct log_position at,
                                      struct rs_error *error) {
  struct log_position previous;
  struct log_event event;
  bool there;
  enum rs_status status = log_find_previous(log, at, &previous, &there, error);
  if (status != RS_OK || !there) return status;
  status = log_go(log, previous, error);
  if (status == RS_OK) status = log_next(log, &event, error);
  if (status != RS_OK) return status;
  moment_copy(moment, &event);
  moment->before = moment->after;
  moment->kind = LOG_END;
  return RS_OK;
}

enum rs_status moment_read(struct moment *moment, struct rs_log *log, struct log_position at,
                           struct rs_error *error) {
  struct log_event event;
  memset(moment, 0, offsetof(struct moment, transition));
  memset(&moment->before, 0, 2 * sizeof moment->before);
  enum rs_status status = log_go(log, at, error);
  if (status == RS_OK) status = log_next(log, &event, error);
  if (status != RS_OK) return status;
  moment_copy(moment, &event);
  return moment->kind == LOG_END ? read_before_end(moment, log, at, error) : RS_OK;
}

unsigned moment_steps(const struct moment *moment) {
  return moment->kind == LOG_TRANSITION ? moment->transition.step_count : 0;
}

uint64_t moment_time(const struct moment *moment) {
  switch (moment->kind) {
  case LOG_TRANSITION: return moment->event.instructions;
  case LOG_INSTRUCTION: return moment->instruction.instructions;
  case LOG_MACRO: return moment->macro.instructions;
  case LOG_END: return moment->end.instructions;
  default: return 0;
  }
}

void moment_registers(const struct moment *moment, unsigned made, struct rs_cpu *out) {
  unsigned steps = moment_steps(moment);
  *out = moment->kind == LOG_INSTRUCTION ? moment->after : moment->before;
  for (unsigned i = 0; i < made && i < steps; i++)
    rs_step_apply(out, &moment->transition.step[i]);
}

const struct rs_step *moment_step(const struct moment *moment, unsigned made) {
  return made && made <= moment_steps(moment) ? &moment->transition.step[made - 1] : NULL;
}

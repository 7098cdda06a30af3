/* Copies the event that is to be explained, and what led to it, out of the log. */
#include "explain/scene.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "trace/calls.h"
#include "trace/fields.h"

struct last_instruction {
  uint64_t linear;
  uint8_t length, bytes[15];
};

static void instruction_keep(struct last_instruction *last, const struct rs_instruction_event *event) {
  last->linear = event->linear;
  last->length = event->length;
  memcpy(last->bytes, event->bytes, sizeof last->bytes);
}

static bool failure_copy(struct failure *failure, const struct rs_transition *transition) {
  size_t size = offsetof(struct rs_transition, step) + transition->step_count * sizeof transition->step[0];
  if (!failure->transition) failure->transition = malloc(sizeof *failure->transition);
  if (!failure->transition) return false;
  memcpy(failure->transition, transition, size);
  return true;
}

static bool failure_add(struct explanation *e, const struct rs_transition_event *event, uint64_t ordinal,
                        const struct last_instruction *last) {
  if (e->failure_count == FAILURE_LIMIT) return true;
  struct failure *failure = &e->failure[e->failure_count++];
  failure->ordinal = ordinal;
  failure->sequence = event->sequence;
  failure->instructions = event->instructions;
  failure->address = cpu_code_address(&event->transition->before);
  failure->length = last->linear == failure->address ? last->length : 0;
  memcpy(failure->bytes, last->bytes, sizeof failure->bytes);
  return failure_copy(failure, event->transition);
}

static void call_keep(struct explanation *e, const struct rs_transition *transition,
                      const struct rs_memory_view *memory) {
  struct call call;
  struct output output;
  call_decode(transition, memory, &call);
  if (call.abi == LINUX_NONE) return;
  output_init(&output, NULL, e->call, sizeof e->call, false);
  call_print(&output, &call, &transition->before, memory);
  output_finish(&output);
}

static void target_keep(struct explanation *e, const struct rs_transition_event *event,
                        const struct last_instruction *last) {
  const struct rs_transition *transition = event->transition;
  e->instructions = event->instructions;
  e->cause = transition->cause;
  e->from = cpu_code_address(&transition->before);
  e->to = cpu_code_address(&transition->after);
  e->task = event->task;
  e->before = transition->before;
  e->length = last->linear == e->from ? last->length : 0;
  memcpy(e->bytes, last->bytes, sizeof e->bytes);
}

/* Of an event on the way to the one that is explained, or of that one. False when memory is short. */
static bool transition_follow(struct explanation *e, const struct rs_transition_event *event,
                              uint64_t ordinal, const struct last_instruction *last) {
  if (!event->parent) e->failure_count = 0;
  if (ordinal == e->ordinal) target_keep(e, event, last);
  return !rs_outcome_has_fault(event->transition->outcome) || failure_add(e, event, ordinal, last);
}

/* The failures before the event stand in its frame, or at the end of the one before. */
enum rs_status scene_read(struct tape *tape, struct explanation *e, struct rs_error *error) {
  struct last_instruction last = { .linear = 0 };
  struct log_event event;
  uint32_t frame = frame_of_ordinal(e->ordinal);
  enum rs_status status = tape_go(tape, ordinal_of_frame(frame ? frame - 1 : 0), error);
  if (status != RS_OK) return status;
  do {
    status = tape_next(tape, &event, error);
    if (status != RS_OK) return status;
    if (event.kind == LOG_INSTRUCTION) instruction_keep(&last, event.instruction);
    if (event.kind != LOG_TRANSITION) continue;
    if (!transition_follow(e, event.transition, tape->ordinal, &last))
      return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  } while (event.kind && tape->ordinal < e->ordinal);
  return RS_OK;
}

enum rs_status scene_read_call(struct tape *tape, struct explanation *e, struct rs_error *error) {
  struct log_position position;
  struct log_event event;
  enum rs_status status = log_find_transition(tape->log, e->call_number, &position, error);
  if (status == RS_OK) status = log_go(tape->log, position, error);
  if (status == RS_OK) status = tape_next(tape, &event, error);
  if (status != RS_OK || event.kind != LOG_TRANSITION) return status;
  const struct rs_memory_view memory = rs_log_memory(tape->log);
  call_keep(e, event.transition->transition, &memory);
  return RS_OK;
}

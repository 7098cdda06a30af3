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

static void offsets_add(struct offsets *offsets, uint64_t linear, uint64_t physical) {
  uint64_t offset = linear - physical;
  if (offset == 0 || offset & 0xfff || offsets->count == SCENE_OFFSETS) return;
  for (unsigned i = 0; i < offsets->count; i++)
    if (offsets->offset[i] == offset) return;
  offsets->offset[offsets->count++] = offset;
}

static void offsets_follow(struct offsets *offsets, const struct rs_transition *transition) {
  for (unsigned i = 0; i < transition->step_count; i++) {
    const struct rs_step *step = &transition->step[i];
    if (step->kind == RS_STEP_CHECK || step_is_register(step)) continue;
    if (step->kind == RS_STEP_READ)
      offsets_add(offsets, step->read.linear, step->read.physical);
    else
      offsets_add(offsets, step->write.linear, step->write.physical);
  }
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

static void target_keep(struct explanation *e, const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  e->instructions = event->instructions;
  e->before_cpl = transition->before.cpl;
  e->after_cpl = transition->after.cpl;
  e->cause = transition->cause;
  e->from = cpu_code_address(&transition->before);
  e->to = cpu_code_address(&transition->after);
  e->task = event->task;
}

/* False when memory is short. */
static bool transition_follow(struct explanation *e, struct scene *scene,
                              const struct rs_transition_event *event, uint64_t ordinal,
                              const struct last_instruction *last, const struct rs_memory_view *memory) {
  if (event->number && event->number == e->call_number) call_keep(e, event->transition, memory);
  if (!event->parent) e->failure_count = 0;
  offsets_follow(&scene->offsets, event->transition);
  if (e->verdict == VERDICT_STRAY_VECTOR) pic_follow(&scene->pic, event->transition, ordinal);
  if (ordinal == e->ordinal) target_keep(e, event);
  return !rs_outcome_has_fault(event->transition->outcome) || failure_add(e, event, ordinal, last);
}

enum rs_status scene_read(struct tape *tape, struct explanation *e, struct scene *scene,
                          struct rs_error *error) {
  struct last_instruction last = { .linear = 0 };
  struct log_event event;
  enum rs_status status = tape_rewind(tape, error);
  if (status != RS_OK) return status;
  scene->pic.line = e->line % 16;
  const struct rs_memory_view memory = rs_log_memory(tape->log);
  do {
    status = tape_next(tape, &event, error);
    if (status != RS_OK) return status;
    if (event.kind == LOG_INSTRUCTION) instruction_keep(&last, event.instruction);
    if (event.kind != LOG_TRANSITION) continue;
    if (!transition_follow(e, scene, event.transition, tape->ordinal, &last, &memory))
      return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  } while (event.kind && tape->ordinal < e->ordinal);
  return RS_OK;
}

/* The counting of runs. */
#include "compare/tally.h"

#include "trace/fields.h"

/* What a read or write of memory adds to besides `reads` and `writes`; NULL: nothing. */
static uint64_t *class_of(struct step_tally *tally, enum rs_item item) {
  switch (item) {
  case RS_ITEM_IDT_GATE:
  case RS_ITEM_GDT_DESCRIPTOR:
  case RS_ITEM_LDT_DESCRIPTOR:
  case RS_ITEM_DESCRIPTOR_UPPER: return &tally->descriptors;
  case RS_ITEM_TSS_STACK_POINTER:
  case RS_ITEM_TSS_STACK_SEGMENT:
  case RS_ITEM_TSS_IST:
  case RS_ITEM_TSS_IO_MAP_BASE:
  case RS_ITEM_TASK_LINK:
  case RS_ITEM_TASK_SAVED:
  case RS_ITEM_TASK_LOADED:
  case RS_ITEM_TASK_TRAP: return &tally->tss;
  default: return rs_item_is_pushed(item) ? &tally->pushed : rs_item_is_popped(item) ? &tally->popped : NULL;
  }
}

static void tally_memory(struct step_tally *tally, const struct rs_step *step) {
  bool write = step->kind == RS_STEP_WRITE;
  if (step->id == RS_ITEM_PAGE_ENTRY || step->id == RS_ITEM_PAGE_ACCESSED_DIRTY) {
    (*(write ? &tally->marked : &tally->walked))++;
    return;
  }
  uint64_t *class = class_of(tally, (enum rs_item)step->id);
  if (class) ++*class;
  (*(write ? &tally->writes : &tally->reads))++;
  tally->steps++;
}

static bool register_is_msr(unsigned reg) {
  return reg >= RS_EFER && reg < RS_TSC;
}

static void tally_step(struct step_tally *tally, const struct rs_step *step) {
  if (step->kind == RS_STEP_CHECK) {
    tally->steps++;
    tally->checks++;
    tally->failed += !step->passed;
  } else if (!step_is_register(step)) {
    tally_memory(tally, step);
  } else {
    tally->steps++;
    tally->registers += step->kind == RS_STEP_WRITE;
    tally->msrs += step->kind == RS_STEP_READ && register_is_msr(step->reg);
  }
}

void tally_steps(struct step_tally *tally, const struct rs_transition *transition) {
  for (unsigned i = 0; i < transition->step_count; i++)
    tally_step(tally, &transition->step[i]);
}

/* Instructions up to `time` ran in the ring that the last event led to. */
static void tally_instructions(struct run_counter *counter, uint64_t time) {
  uint64_t count = time > counter->time ? time - counter->time : 0;
  *(counter->ring == 3 ? &counter->tally.user : &counter->tally.kernel) += count;
  counter->time += count;
}

void tally_end(struct run_counter *counter, uint64_t instructions) {
  tally_instructions(counter, instructions);
}

static void call_opens(struct run_counter *counter, uint64_t number, uint64_t time, uint64_t steps) {
  counter->open[counter->next++ % PENDING_LIMIT] = (struct open_call){ number, time, steps };
}

static void call_is_answered(struct run_counter *counter, uint64_t number, uint64_t time, uint64_t steps) {
  struct call_tally *calls = &counter->tally.calls;
  for (unsigned i = 0; i < PENDING_LIMIT; i++) {
    struct open_call *open = &counter->open[i];
    if (open->number != number) continue;
    calls->count++;
    calls->instructions += time - open->instructions;
    calls->entry_steps += open->steps;
    calls->return_steps += steps;
    open->number = 0;
    return;
  }
}

static void tally_numbered(struct run_counter *counter, const struct story *story,
                           const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  const struct rs_cause *cause = &transition->cause;
  struct run_tally *tally = &counter->tally;
  struct step_tally steps = { .steps = 0 };
  tally->transitions++;
  if (cause->mechanism < TALLY_MECHANISMS) tally->by_mechanism[cause->mechanism]++;
  tally->exceptions +=
      cause->mechanism == RS_MECHANISM_INTERRUPT && cause->interrupt.source == RS_SOURCE_EXCEPTION;
  tally_steps(&steps, transition);
  if (story->call.abi != LINUX_NONE) call_opens(counter, event->number, event->instructions, steps.steps);
  if (story->answered.number && story->answered.call.abi != LINUX_NONE)
    call_is_answered(counter, story->answered.number, event->instructions, steps.steps);
}

/* An instruction belongs to the ring that it was executed in; one that was refused is counted, too. */
void tally_transition(struct run_counter *counter, const struct story *story,
                      const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  bool refused = transition->outcome == RS_FAULTED;
  counter->ring = transition->before.cpl;
  tally_instructions(counter, event->instructions + transition->cause.has_instruction);
  counter->ring = transition->after.cpl;
  if (event->number)
    tally_numbered(counter, story, event);
  else if (refused)
    counter->tally.refused++;
  else
    counter->tally.operations++;
  if (event->number || refused) tally_steps(&counter->tally.steps, transition);
}

/* The table of entries into the kernel that nothing has returned from. */
#include "trace/pending.h"

#include <string.h>

#include "arch/instruction.h"

#define CR3_PCID UINT64_C(0xfff)

static bool is_exception(const struct rs_cause *cause) {
  return cause->mechanism == RS_MECHANISM_INTERRUPT && cause->interrupt.source == RS_SOURCE_EXCEPTION;
}

/* Into a nested task by CALL, or out of one by IRET. */
static bool is_task_switch_by(const struct rs_cause *cause, enum rs_operation operation) {
  return cause->mechanism == RS_MECHANISM_TASK_SWITCH && cause->instruction.operation == operation;
}

static bool is_far_return(const struct rs_cause *cause) {
  return cause->mechanism == RS_MECHANISM_FAR_TRANSFER && cause->has_instruction &&
         cause->instruction.operation == RS_OP_FAR_RET;
}

static bool is_return(const struct rs_cause *cause) {
  switch (cause->mechanism) {
  case RS_MECHANISM_IRET:
  case RS_MECHANISM_SYSRET:
  case RS_MECHANISM_SYSEXIT: return true;
  default: return is_far_return(cause) || is_task_switch_by(cause, RS_OP_IRET);
  }
}

/* Where tasks have stack segments of their own, offsets alone would be the same in all of them. In 64-bit
 * mode there is no base but 0 to add. */
static uint64_t stack_address(const struct rs_cpu *cpu) {
  uint64_t sp = cpu->general[4];
  return code_size_of(cpu) == CODE_64 ? sp : (uint32_t)(cpu->segment[RS_SEGMENT_INDEX(RS_SS)].base + sp);
}

/* The entry as `transition` makes it; false for what nothing returns from. */
static bool pending_of(const struct rs_transition *transition, struct pending *entry) {
  const struct rs_cause *cause = &transition->cause;
  const struct rs_cpu *before = &transition->before;
  *entry =
      (struct pending){ .cr3 = before->cr3 & ~CR3_PCID, .cpl = before->cpl, .sp = stack_address(before) };
  entry->rip = before->rip + cause->instruction.length;
  entry->any_rip = is_exception(cause);
  switch (cause->mechanism) {
  case RS_MECHANISM_INTERRUPT: entry->rip = cause->interrupt.return_rip; return true;
  case RS_MECHANISM_SYSCALL: return true;
  case RS_MECHANISM_SYSENTER: entry->any_rip = true; return true;
  case RS_MECHANISM_FAR_TRANSFER:
    entry->any_sp = true;
    return cause->has_instruction && cause->instruction.operation == RS_OP_FAR_CALL &&
           transition->after.cpl < before->cpl;
  default: return is_task_switch_by(cause, RS_OP_FAR_CALL);
  }
}

bool pending_begins(const struct rs_transition *transition) {
  struct pending entry;
  return pending_of(transition, &entry);
}

static bool same_task(const struct pending *a, const struct pending *b) {
  return a->task == b->task && a->cr3 == b->cr3 && a->cpl == b->cpl &&
         (a->sp == b->sp || a->any_sp || b->any_sp);
}

/* Calls that end their task. */
static bool never_returns(const struct call *call) {
  if (call->abi == LINUX_NONE || !call->known) return false;
  return strcmp(call->known->name, "exit") == 0 || strcmp(call->known->name, "exit_group") == 0;
}

void pending_enter(struct pending_table *table, const struct rs_transition_event *event,
                   const struct call *call) {
  const struct rs_transition *transition = event->transition;
  struct pending entry;
  if (!pending_of(transition, &entry) || never_returns(call)) return;
  entry.number = event->number;
  entry.task = event->task.id;
  entry.call = *call;
  if (call->abi == LINUX_I386 && transition->cause.mechanism == RS_MECHANISM_SYSCALL) entry.any_rip = true;
  struct pending *place = &table->place[0];
  for (unsigned i = 0; i < PENDING_LIMIT; i++) {
    struct pending *other = &table->place[i];
    if (other->number && other->any_sp == entry.any_sp && same_task(other, &entry)) {
      place = other;
      break;
    }
    if (other->number < place->number) place = other;
  }
  *place = entry;
}

/* What the same task left in another address space. */
static bool is_over(const struct pending *place, const struct pending *now) {
  return place->number && now->task && place->task == now->task && place->cr3 != now->cr3;
}

bool pending_leave(struct pending_table *table, const struct rs_transition_event *event,
                   struct pending *entry) {
  const struct rs_transition *transition = event->transition;
  const struct rs_cpu *after = &transition->after;
  struct pending wanted = {
    .task = event->task.id, .cr3 = after->cr3 & ~CR3_PCID, .cpl = after->cpl, .sp = stack_address(after)
  };
  bool far = is_far_return(&transition->cause);
  if (!is_return(&transition->cause)) return false;
  struct pending *found = NULL;
  for (unsigned i = 0; i < PENDING_LIMIT; i++) {
    struct pending *place = &table->place[i];
    if (is_over(place, &wanted)) place->number = 0;
    if (!place->number || place->any_sp != far || !same_task(place, &wanted)) continue;
    if (!place->any_rip && place->rip != after->rip) continue;
    if (!found || place->number > found->number) found = place;
  }
  if (!found) return false;
  *entry = *found;
  found->number = 0;
  return true;
}

unsigned pending_numbers(const struct pending_table *table, uint64_t *number) {
  unsigned count = 0;
  for (unsigned i = 0; i < PENDING_LIMIT; i++) {
    unsigned at = count;
    if (!table->place[i].number) continue;
    for (; at > 0 && number[at - 1] > table->place[i].number; at--)
      number[at] = number[at - 1];
    number[at] = table->place[i].number;
    count++;
  }
  return count;
}

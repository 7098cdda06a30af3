/* Follows a run and keeps what nothing came back from: exceptions, and system calls that were refused. */
#include "explain/choose.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arch/bits.h"
#include "trace/fields.h"
#include "trace/pending.h"

enum {
  OPEN_LIMIT = 64,
  OPEN_FIRST = 16,  /* of those, the oldest are kept whatever comes */
  NESTED = 1 << 16, /* how far below a frame its handler's stack reaches */
  ERROR_CODE = 8,   /* bytes, at most */
  STORM = 3,        /* so many faults alike, one after the other, are one that is not handled */
  ERRNO_EFAULT = 14,
};

/* An exception, or an interrupt that looks like one, that nothing has returned from. */
struct open_fault {
  uint64_t number, ordinal, address;
  uint64_t sp_before, sp_after;
  uint8_t vector, cpl, line;
  bool stray;
  bool shutdown;
  bool passed; /* the kernel has gone back to ring 3 since */
};

struct alike {
  uint64_t number, ordinal, address, check, count;
  uint8_t vector;
};

struct chooser {
  struct pending_table pending;
  struct open_fault open[OPEN_LIMIT];
  unsigned open_count;
  struct alike alike;
  uint64_t failed_check;      /* of the last failure of the chain at hand */
  struct open_fault shutdown; /* number 0: none */
  struct rs_task task;
  struct {
    uint64_t number, ordinal;
    uint32_t task;
  } kernel_fault; /* the last exception in ring 0 */
  struct {
    uint64_t number, ordinal, entry;
  } refused; /* the last -EFAULT */
  struct {
    uint64_t number, ordinal;
    enum verdict verdict;
    uint64_t entry;
    bool found;
    uint8_t line;
  } at;
};

static uint64_t stack_pointer(const struct rs_cpu *cpu) {
  return cpu->general[RS_RSP - RS_RAX];
}

/* In real-address mode vectors below 32 are anybody's. */
static bool is_stray(const struct rs_transition *transition) {
  const struct rs_interrupt_request *request = &transition->cause.interrupt;
  return transition->cause.mechanism == RS_MECHANISM_INTERRUPT && request->source == RS_SOURCE_EXTERNAL &&
         request->vector < 32 && transition->before.cr0 & CR0_PE;
}

static bool is_exception(const struct rs_transition *transition) {
  return transition->cause.mechanism == RS_MECHANISM_INTERRUPT &&
         transition->cause.interrupt.source == RS_SOURCE_EXCEPTION;
}

static void open_remove(struct chooser *c, unsigned index) {
  c->open_count--;
  memmove(&c->open[index], &c->open[index + 1], (c->open_count - index) * sizeof c->open[0]);
}

static void open_answered(struct chooser *c, uint64_t number) {
  for (unsigned i = 0; i < c->open_count; i++) {
    if (c->open[i].number != number) continue;
    open_remove(c, i);
    return;
  }
}

static struct open_fault open_of(const struct rs_transition_event *event, uint64_t ordinal) {
  const struct rs_transition *transition = event->transition;
  return (struct open_fault){ .number = event->number,
                              .ordinal = ordinal,
                              .address = cpu_code_address(&transition->before),
                              .sp_before = stack_pointer(&transition->before),
                              .sp_after = stack_pointer(&transition->after),
                              .vector = transition->cause.interrupt.vector,
                              .cpl = transition->before.cpl,
                              .stray = is_stray(transition),
                              .line = transition->cause.interrupt.origin.line,
                              .shutdown = transition->cause.mechanism == RS_MECHANISM_SHUTDOWN };
}

static void open_add(struct chooser *c, const struct rs_transition_event *event, uint64_t ordinal) {
  if (c->open_count == OPEN_LIMIT) open_remove(c, OPEN_FIRST);
  c->open[c->open_count++] = open_of(event, ordinal);
}

static void alike_follow(struct chooser *c, const struct rs_transition_event *event, uint64_t ordinal) {
  uint64_t address = cpu_code_address(&event->transition->before);
  uint8_t vector = event->transition->cause.interrupt.vector;
  uint64_t check = event->parent ? c->failed_check : RS_CHECK_COUNT;
  struct alike *alike = &c->alike;
  if (alike->number && alike->address == address && alike->vector == vector && alike->check == check)
    alike->count++;
  else
    *alike = (struct alike){ event->number, ordinal, address, check, 1, vector };
}

static bool is_efault(const struct call *call, uint64_t result) {
  if (call->abi == LINUX_NONE) return false;
  return call->abi == LINUX_I386 ? (uint32_t)result == (uint32_t)-ERRNO_EFAULT
                                 : result == (uint64_t)-ERRNO_EFAULT;
}

/* A return that answers an entry. */
static void answered_follow(struct chooser *c, const struct pending *entry,
                            const struct rs_transition_event *event, uint64_t ordinal, uint64_t at) {
  open_answered(c, entry->number);
  if (!is_efault(&entry->call, event->transition->after.general[0])) return;
  bool touched = c->kernel_fault.number > entry->number && c->kernel_fault.task == event->task.id;
  c->refused.number = touched ? c->kernel_fault.number : event->number;
  c->refused.ordinal = touched ? c->kernel_fault.ordinal : ordinal;
  c->refused.entry = entry->number;
  if (!at || (at != event->number && at != entry->number)) return;
  c->at.verdict = VERDICT_EFAULT;
  c->at.number = c->refused.number;
  c->at.ordinal = c->refused.ordinal;
  c->at.entry = entry->number;
}

static enum verdict verdict_of(const struct rs_transition *transition) {
  if (transition->cause.mechanism == RS_MECHANISM_SHUTDOWN) return VERDICT_SHUTDOWN;
  if (is_stray(transition)) return VERDICT_STRAY_VECTOR;
  if (transition->outcome == RS_TASK_FAULTED) return VERDICT_FAULT;
  if (!is_exception(transition)) return VERDICT_COMPLETED;
  return transition->cause.interrupt.vector == VECTOR_DF ? VERDICT_DOUBLE_FAULT : VERDICT_FAULT;
}

static void at_follow(struct chooser *c, const struct rs_transition_event *event, uint64_t ordinal,
                      uint64_t at) {
  if (event->number != at) return;
  c->at.found = true;
  c->at.number = event->number;
  c->at.ordinal = ordinal;
  c->at.verdict = verdict_of(event->transition);
  c->at.line = event->transition->cause.interrupt.origin.line;
}

/* Whatever ring 0 was at when it faulted, it has got over it, or has given it up. */
static void passed_follow(struct chooser *c, const struct rs_transition *transition) {
  if (transition->after.cpl != 3 || transition->before.cpl == 3) return;
  for (unsigned i = 0; i < c->open_count; i++)
    c->open[i].passed = true;
}

static void numbered_follow(struct chooser *c, const struct rs_transition_event *event, uint64_t ordinal,
                            uint64_t at, const struct rs_memory_view *memory) {
  const struct rs_transition *transition = event->transition;
  struct call call;
  struct pending entry;
  at_follow(c, event, ordinal, at);
  call_decode(transition, memory, &call);
  if (pending_leave(&c->pending, event, &entry)) answered_follow(c, &entry, event, ordinal, at);
  pending_enter(&c->pending, event, &call);
  passed_follow(c, transition);
  if (is_exception(transition)) alike_follow(c, event, ordinal);
  if (is_exception(transition) || is_stray(transition)) open_add(c, event, ordinal);
  if (is_exception(transition) && transition->before.cpl == 0) {
    c->kernel_fault.number = event->number;
    c->kernel_fault.ordinal = ordinal;
    c->kernel_fault.task = event->task.id;
  }
  if (transition->cause.mechanism != RS_MECHANISM_SHUTDOWN) return;
  c->shutdown = open_of(event, ordinal);
}

static void transition_follow(struct chooser *c, const struct rs_transition_event *event, uint64_t ordinal,
                              uint64_t at, const struct rs_memory_view *memory) {
  const struct rs_transition *transition = event->transition;
  if (rs_outcome_has_fault(transition->outcome))
    c->failed_check = transition->step[transition->fault.check].id;
  if (event->number) numbered_follow(c, event, ordinal, at, memory);
}

/* The last one in `open` for which ring and `passed` are those, or NULL. */
static const struct open_fault *open_last(const struct chooser *c, bool kernel, bool passed) {
  for (unsigned i = c->open_count; i-- > 0;) {
    const struct open_fault *open = &c->open[i];
    if ((open->cpl == 0) == kernel && open->passed == passed) return open;
  }
  return NULL;
}

/* Whether what happened with the stack pointer at `sp` did so in the handler of `outer`, which may have
 * removed an error code that was none. */
static bool is_nested(const struct open_fault *outer, uint64_t sp) {
  return outer->sp_after + ERROR_CODE - sp <= NESTED;
}

/* A fault of the same instruction over and over, each time in the handler of the one before, began with the
 * first of them; and with an interrupt at a vector of exceptions, if it happened in the handler of one.
 * `*within` is the handler that what is at `address` happened in. */
static const struct open_fault *open_root(const struct chooser *c, const struct open_fault *last,
                                          const struct open_fault **within) {
  const struct open_fault *root = NULL;
  uint64_t sp = last->sp_before;
  *within = NULL;
  for (unsigned i = c->open_count; i-- > 0;) {
    const struct open_fault *outer = &c->open[i];
    if (outer->ordinal >= last->ordinal) continue;
    if (outer->passed || !is_nested(outer, sp)) break;
    if (!*within) *within = outer;
    sp = outer->sp_before;
    if (outer->stray || outer->address == last->address) root = outer;
  }
  return root;
}

static void take_open(const struct open_fault *open, struct explanation *e) {
  e->number = open->number;
  e->ordinal = open->ordinal;
  e->line = open->line;
  e->verdict = open->stray                 ? VERDICT_STRAY_VECTOR
               : open->vector == VECTOR_DF ? VERDICT_DOUBLE_FAULT
               : open->cpl != 0            ? VERDICT_KILLED
                                           : VERDICT_FAULT;
}

static void take_last(const struct chooser *c, const struct open_fault *last, struct explanation *e) {
  const struct open_fault *within, *root = open_root(c, last, &within);
  take_open(last, e);
  if (last->shutdown) e->verdict = VERDICT_SHUTDOWN;
  e->within = within ? within->number : 0;
  if (!root) return;
  e->later = e->number;
  e->later_shutdown = last->shutdown;
  e->within = 0;
  take_open(root, e);
}

static void take_refused(const struct chooser *c, struct explanation *e) {
  e->verdict = VERDICT_EFAULT;
  e->number = c->refused.number;
  e->ordinal = c->refused.ordinal;
  e->call_number = c->refused.entry;
}

static void take_alike(const struct chooser *c, struct explanation *e) {
  e->verdict = VERDICT_FAULT;
  e->number = c->alike.number;
  e->ordinal = c->alike.ordinal;
}

static void choose_worst(const struct chooser *c, struct explanation *e) {
  const struct open_fault *open = open_last(c, true, false);
  if (c->shutdown.number) open = &c->shutdown;
  if (open) {
    take_last(c, open, e);
    return;
  }
  if (c->alike.count >= STORM && e->end.reason == RS_END_LIMIT) {
    take_alike(c, e);
    return;
  }
  open = open_last(c, false, false);
  if (!open) open = open_last(c, false, true);
  if (!open) open = open_last(c, true, true);
  if (open)
    take_open(open, e);
  else if (c->refused.number)
    take_refused(c, e);
}

static void choose_at(const struct chooser *c, struct explanation *e) {
  e->verdict = c->at.verdict;
  e->number = c->at.number;
  e->ordinal = c->at.ordinal;
  e->call_number = c->at.entry;
  e->line = c->at.line;
}

static enum rs_status chooser_read(struct chooser *c, struct tape *tape, uint64_t at, struct explanation *e,
                                   struct offsets *offsets, struct rs_error *error) {
  struct log_event event;
  enum rs_status status;
  const struct rs_memory_view memory = rs_log_memory(tape->log);
  while ((status = tape_next(tape, &event, error)) == RS_OK && event.kind) {
    if (event.kind == LOG_TRANSITION) {
      transition_follow(c, event.transition, tape->ordinal, at, &memory);
      offsets_follow(offsets, event.transition->transition);
    }
    if (event.kind != LOG_END) continue;
    e->ended = true;
    e->end = *event.end;
  }
  e->level = rs_log_level(tape->log);
  e->damaged = status != RS_OK;
  if (e->damaged) e->damage = *error;
  return status == RS_BAD_LOG ? RS_OK : status;
}

enum rs_status choose(struct tape *tape, uint64_t at, struct explanation *e, struct offsets *offsets,
                      struct rs_error *error) {
  struct chooser *c = calloc(1, sizeof *c);
  if (!c) return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  enum rs_status status = chooser_read(c, tape, at, e, offsets, error);
  e->chosen = at == 0;
  if (status == RS_OK && at && !c->at.found)
    status = rs_fail(error, RS_BAD_ARGUMENT, "--at=%" PRIu64 ": the log has no such transition", at);
  else if (status == RS_OK && at)
    choose_at(c, e);
  else if (status == RS_OK)
    choose_worst(c, e);
  e->repeated = e->number == c->alike.number ? c->alike.count : 1;
  free(c);
  return status;
}

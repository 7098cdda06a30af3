/* Which entry into the kernel a return answers, task by task. */
#ifndef TRACE_PENDING_H
#define TRACE_PENDING_H

#include "trace/calls.h"

enum { PENDING_LIMIT = 64 };

/* An entry that nothing has returned from. The task it belongs to is known by its number, where the guest
 * tells it, by its address space (CR3 without PCID), its ring and its stack's linear address: no two entries
 * that share them all can both be pending. What a task left pending in one address space is over when it is
 * seen in another: there it runs another program. The return address must agree too, but for entries whose
 * return address the kernel chooses:
 *
 *   SYSENTER                 the processor saves none; the kernel returns into its stub page
 *   SYSCALL outside 64 bits  the same, by Linux's convention
 *   exceptions               a handler may skip the instruction that faulted
 *
 * A call gate's return releases the parameters, so there the stack pointer says nothing. */
struct pending {
  uint64_t number; /* of the transition; 0: this place is free */
  uint64_t cr3, sp, rip;
  uint32_t task; /* its number; 0: nobody tells */
  uint8_t cpl;
  bool any_rip, any_sp;
  struct call call;
};

struct pending_table {
  struct pending place[PENDING_LIMIT]; /* the oldest one gives way */
};

/* Whether something is to return from this transition. */
bool pending_begins(const struct rs_transition *transition);

/* Remembers a completed transition that something will return from; others leave the table as it is. */
void pending_enter(struct pending_table *table, const struct rs_transition_event *event,
                   const struct call *call);

/* The entry that this completed return (IRET, SYSRET, SYSEXIT, far return) answers, which it takes out of the
 * table; false when none is known. */
bool pending_leave(struct pending_table *table, const struct rs_transition_event *event,
                   struct pending *entry);

/* The numbers of the transitions in the table, in ascending order, into `number` of PENDING_LIMIT; returns
 * how many. */
unsigned pending_numbers(const struct pending_table *table, uint64_t *number);

#endif

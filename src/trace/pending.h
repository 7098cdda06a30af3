/* Which entry into the kernel a return answers, task by task, without knowing the kernel's tasks. */
#ifndef TRACE_PENDING_H
#define TRACE_PENDING_H

#include "trace/calls.h"

enum { PENDING_LIMIT = 64 };

/* An entry that nothing has returned from. The task it belongs to is known by its address space (CR3
 * without PCID), its ring and its stack's linear address: no two entries that share all three can both be
 * pending. The return address must agree too, but for entries whose return address the kernel chooses:
 *
 *   SYSENTER                 the processor saves none; the kernel returns into its stub page
 *   SYSCALL outside 64 bits  the same, by Linux's convention
 *   exceptions               a handler may skip the instruction that faulted
 *
 * A call gate's return releases the parameters, so there the stack pointer says nothing. */
struct pending {
  uint64_t number; /* of the transition; 0: this place is free */
  uint64_t cr3, sp, rip;
  uint8_t cpl;
  bool any_rip, any_sp;
  struct call call;
};

struct pending_table {
  struct pending place[PENDING_LIMIT]; /* the oldest one gives way */
};

/* Remembers a completed transition that something will return from; others leave the table as it is. */
void pending_enter(struct pending_table *table, uint64_t number, const struct rs_transition *transition,
                   const struct call *call);

/* The entry that this completed return (IRET, SYSRET, SYSEXIT, far return) answers, which it takes out of the
 * table; false when none is known. */
bool pending_leave(struct pending_table *table, const struct rs_transition *transition,
                   struct pending *entry);

#endif

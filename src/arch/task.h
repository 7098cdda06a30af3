/* Task switches, into a started builder. */
#ifndef ARCH_TASK_H
#define ARCH_TASK_H

#include "arch/builder.h"

/* What asks for the switch: decides which TSS is busy before and after, whether the new task is nested, and
 * the vector that refuses its selector. */
enum task_cause { TASK_JMP, TASK_CALL, TASK_INTERRUPT, TASK_IRET };

struct task_switch {
  enum task_cause cause;
  uint16_t selector;                          /* of the new TSS */
  uint64_t return_ip, flags;                  /* as the old task's TSS gets them */
  const struct rs_interrupt_request *request; /* of TASK_INTERRUPT, else NULL */
};

/* Switches to the task of a TSS [SDM3 "Task Switching"], outside IA-32e mode. False when it faulted, in the
 * old task or in the new one. */
bool task_switch(struct builder *b, const struct task_switch *s);

#endif

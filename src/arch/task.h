/* Task switches. */
#ifndef ARCH_TASK_H
#define ARCH_TASK_H

#include "arch/builder.h"

/* Where a task gate, or IRET with NT, asks for a switch to the TSS of `selector`. Switches are not performed
 * yet: the outcome is RS_SHUTDOWN, decided by a check that says so. Always false. */
bool task_switch(struct builder *b, uint16_t selector);

#endif

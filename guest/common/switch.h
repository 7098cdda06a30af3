/* Changing kernel stacks; in assembler. */
#ifndef GUEST_SWITCH_H
#define GUEST_SWITCH_H

#include <stdint.h>

#ifdef __x86_64__
#define SWITCH_REGISTERS 6 /* that switch_to keeps on the stack it leaves, below the return address */
#else
#define SWITCH_REGISTERS 4
#endif

/* Leaves its stack pointer in *old_stack and goes on with the page tables at `root` where `new_stack` was
 * left. */
void switch_to(uintptr_t *old_stack, uintptr_t new_stack, uintptr_t root);

/* What the return address of a new task is: enters the program by the frame above it, after task_begin. */
void switch_begin(void);
void task_begin(void);

#endif

/* The descriptor tables: GDT, IDT, and what they say of tasks. */
#ifndef GUEST_CLASSIC_DESCRIPTORS_H
#define GUEST_CLASSIC_DESCRIPTORS_H

#include <stdint.h>

struct task;

/* Loads the GDT and the IDT. */
void descriptors_init(void);

/* The task's two slots of the GDT, for its TSS and its LDT. */
void descriptors_set_task(struct task *task);

/* The task's own code and data: `code_size` is rounded up to whole pages, and the data segment has all of its
 * addresses. */
void descriptors_fill_ldt(struct task *task, uint32_t code_size);

/* Lets the timer in, by an interrupt gate. */
void descriptors_set_timer_gate(unsigned vector);

/* Masks both interrupt controllers, moved away from the exceptions' vectors. */
void interrupts_mask_all(void);

#endif

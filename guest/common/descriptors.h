/* The descriptor tables: GDT, IDT, TSS. */
#ifndef GUEST_DESCRIPTORS_H
#define GUEST_DESCRIPTORS_H

#include <stdint.h>

/* Loads the kernel's tables and the task register. */
void descriptors_init(void);

/* Where the next entry from a program begins to push. */
void descriptors_set_kernel_stack(uintptr_t top);

/* Writes one of the thread-local storage slots of the GDT, 0 to TLS_SLOTS - 1. */
void descriptors_set_tls(unsigned slot, uint64_t descriptor);
uint64_t descriptors_tls(unsigned slot);

/* The GDT index of slot 0. */
unsigned descriptors_tls_first(void);

/* Where the TSS keeps the kernel's stack pointer; the i386 kernel's SYSENTER finds it there. */
uintptr_t descriptors_kernel_stack_field(void);

/* Masks both interrupt controllers, moved away from the exceptions' vectors. */
void interrupts_mask_all(void);

#endif

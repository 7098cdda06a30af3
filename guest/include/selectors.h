/* The selector maps of the kernels, shared by assembler, C and the host's tests. Plain #defines only. */
#ifndef GUEST_SELECTORS_H
#define GUEST_SELECTORS_H

/* The order is what the fast instructions compute with [SDM2 "SYSENTER"] [SDM2 "SYSEXIT"] [SDM2 "SYSRET"]:
 *
 *   SYSENTER_CS = KERNEL_CS          -> SS = +8; SYSEXIT: CS = +16, SS = +24; to 64-bit code CS = +32, SS =
 * +40 STAR[47:32] = KERNEL_CS          -> SYSCALL: CS, SS = +8 STAR[63:48] = SYSRET_BASE (RPL 3)-> SYSRET: to
 * 32-bit code CS, SS = +8; to 64-bit code CS = +16, SS = +8 */
#define SELECTOR_KERNEL_CS 0x10
#define SELECTOR_KERNEL_DS 0x18
#define SELECTOR_USER_CS32 0x23
#define SELECTOR_USER_DS 0x2b
#define SELECTOR_USER_CS64 0x33 /* x86-64 kernel only */
#define SELECTOR_USER_DS64 0x3b /* x86-64 kernel only: what SYSEXIT to 64-bit code would load */
#define SELECTOR_SYSRET_BASE 0x23

#define SELECTOR_CALL_GATE 0x53 /* two slots wide in the x86-64 kernel */

/* Three slots for thread-local storage, numbered as Linux numbers them. */
#define TLS_SLOTS 3
#define X86_64_TLS_FIRST 12 /* selectors 0x63, 0x6b, 0x73 */
#define X86_64_TSS 0x40     /* two slots wide */
#define X86_64_GDT_ENTRIES 15
#define I386_TLS_FIRST 6 /* selectors 0x33, 0x3b, 0x43 */
#define I386_TSS 0x48
#define I386_GDT_ENTRIES 11

/* The classic kernel's map is Linux 0.12's: a task has two slots of the GDT, and its own code and data in its
 * LDT. */
#define CLASSIC_TASKS 64
#define CLASSIC_KERNEL_CS 0x08
#define CLASSIC_KERNEL_DS 0x10
#define CLASSIC_TSS(task) (0x20 + 0x10 * (task))
#define CLASSIC_LDT(task) (0x28 + 0x10 * (task))
#define CLASSIC_GDT_ENTRIES (4 + 2 * CLASSIC_TASKS)
#define CLASSIC_USER_CS 0x0f /* slot 1 of the LDT, RPL 3 */
#define CLASSIC_USER_DS 0x17

#endif

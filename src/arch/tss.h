/* The task-state segment that TR names: stacks of the inner rings, interrupt stacks, I/O permissions. */
#ifndef ARCH_TSS_H
#define ARCH_TSS_H

#include "arch/builder.h"

/* [SDM3 "Task-State Segment (TSS)"], [SDM3 "16-Bit Task-State Segment (TSS)"], [SDM3 "Task Management in
 * 64-bit Mode"]: offsets of what transitions read.
 *
 *             16-bit          32-bit          64-bit
 *   ring n    2+4n SP, 4+4n SS  4+8n ESP, 8+8n SS  4+8n RSP
 *   IST n     -               -               28+8n (n = 1 to 7)
 *   I/O map   -               102             102
 *
 * And what task switches save, load and link; registers in encoding order:
 *
 *             16-bit          32-bit
 *   link      0               0
 *   CR3       -               28
 *   IP, flags 14, 16          32, 36
 *   general   18+2n           40+4n
 *   segments  34+2n, to DS    72+4n
 *   LDT       42              96
 *   T flag    -               100, bit 0
 */
enum { TSS_LIMIT_16 = 0x2b, TSS_LIMIT_32 = 0x67 }; /* the least that a task may have */

struct tss_stack {
  uint16_t ss; /* 64-bit: the null selector with RPL = ring */
  uint64_t sp;
};

/* The stack of an inner ring, 0 to 2. False is #TS with the TSS's selector, beyond its limit, or a page
 * fault. */
bool tss_stack_for_ring(struct builder *b, unsigned ring, struct tss_stack *out);

/* Entry `index`, 1 to 7, of the interrupt stack table, for code of `ring`. False as above. */
bool tss_interrupt_stack(struct builder *b, unsigned index, unsigned ring, struct tss_stack *out);

/* The selector of the TSS that a nested task returns to. False is #TS, or a page fault. */
bool tss_back_link(struct builder *b, uint16_t *selector);

/* Consults the I/O permission bitmap for `size` ports from `port` [SDM1 "I/O Permission Bit Map"]: false is
 * #GP(0), or a page fault. The caller has found that CPL > IOPL, or virtual-8086 mode. */
bool tss_permits_port(struct builder *b, uint16_t port, unsigned size);

#endif

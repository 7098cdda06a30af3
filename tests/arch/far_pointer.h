/* Far JMP and far CALL through a pointer of any mode, for the tests of far transfers. */
#ifndef TESTS_ARCH_FAR_POINTER_H
#define TESTS_ARCH_FAR_POINTER_H

#include "arch/flow.h"

enum far_kind { FAR_JMP, FAR_CALL };

/* A fresh guest whose code runs in `ring` of the kernel's class. */
void far_at_ring(struct flow *f, enum flow_mode mode, unsigned ring);

/* Performs the instruction with the operand size of the code: direct, or in 64-bit mode, where there is no
 * direct one, through memory and with REX.W. */
enum rs_outcome far_perform(struct flow *f, enum far_kind kind, uint64_t offset, uint16_t selector);

/* The same through memory, [rBX] in DS, after `prefix` (a literal); the pointer's offset has `size` bytes. */
enum rs_outcome far_perform_memory(struct flow *f, enum far_kind kind, const char *prefix, unsigned size,
                                   uint64_t offset, uint16_t selector);

#endif

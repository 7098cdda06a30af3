/* The fast system calls: SYSCALL, SYSRET, SYSENTER, SYSEXIT, and SWAPGS. */
#ifndef ARCH_FAST_CALL_H
#define ARCH_FAST_CALL_H

#include "arch/builder.h"

/* Each performs its instruction into a started builder. False when it faulted. */
bool syscall_perform(struct builder *b, const struct rs_instruction *instruction);
bool sysret_perform(struct builder *b, const struct rs_instruction *instruction);
bool sysenter_perform(struct builder *b, const struct rs_instruction *instruction);
bool sysexit_perform(struct builder *b, const struct rs_instruction *instruction);
bool swapgs_perform(struct builder *b, const struct rs_instruction *instruction);

/* The segments that these instructions load are fixed: flat, of the ring, whatever the descriptor tables hold
 * [SDM3 "Performing Fast Calls to System Procedures with the SYSENTER and SYSEXIT Instructions"]. */
struct rs_segment fast_call_code(uint16_t selector, uint8_t ring, bool is_64_bit);
struct rs_segment fast_call_stack(uint16_t selector, uint8_t ring);

#endif

/* Debug registers: MOV to and from DR0 to DR7. */
#ifndef ARCH_DEBUG_H
#define ARCH_DEBUG_H

#include "arch/builder.h"

/* MOV DR, r and MOV r, DR, without the advance of RIP. False when it faulted. */
bool debug_load(struct builder *b, const struct rs_instruction *instruction);
bool debug_store(struct builder *b, const struct rs_instruction *instruction);

/* Whether the single-step trap follows what instruction_perform has done [SDM3 "Single-Step Exception
 * Condition"]. */
bool debug_traps_after(const struct rs_transition *transition);

#endif

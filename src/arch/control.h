/* Control and debug registers: MOV CR, MOV DR, CLTS, LMSW and SMSW with every rule of what may be loaded. */
#ifndef ARCH_CONTROL_H
#define ARCH_CONTROL_H

#include "arch/builder.h"

/* Performs one of them into a started builder. False when it faulted. */
bool control_perform(struct builder *b, const struct rs_instruction *instruction);

/* Where these registers put PAE paging in force: that none of the four PDPTEs is present with a reserved bit
 * set; else #GP(0). */
bool control_pdptes_valid(struct builder *b, uint64_t cr0, uint64_t cr3, uint64_t cr4);

#endif

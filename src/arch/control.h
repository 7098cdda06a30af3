/* Control and debug registers: MOV CR, MOV DR, CLTS, LMSW and SMSW with every rule of what may be loaded. */
#ifndef ARCH_CONTROL_H
#define ARCH_CONTROL_H

#include "arch/builder.h"

/* Performs one of them into a started builder. False when it faulted. */
bool control_perform(struct builder *b, const struct rs_instruction *instruction);

#endif

/* Model-specific registers: RDMSR and WRMSR, and for each register what may be written. */
#ifndef ARCH_MSR_H
#define ARCH_MSR_H

#include "arch/builder.h"

/* Performs RDMSR or WRMSR into a started builder. False when it faulted. */
bool msr_perform(struct builder *b, const struct rs_instruction *instruction);

#endif

/* IRET in every mode, into a started builder. */
#ifndef ARCH_IRET_H
#define ARCH_IRET_H

#include "arch/builder.h"

/* False when it faulted. With NT it is a task switch. */
bool iret_perform(struct builder *b, const struct rs_instruction *instruction);

/* Real-address and virtual-8086 mode; iret_perform calls it. */
bool iret_perform_8086(struct builder *b, const struct rs_instruction *instruction);

#endif

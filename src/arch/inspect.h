/* Instructions that ask about a selector without loading it; what they find goes to ZF, not into a fault. */
#ifndef ARCH_INSPECT_H
#define ARCH_INSPECT_H

#include "arch/builder.h"

/* Performs LAR, LSL, VERR, VERW or ARPL into a started builder. False when it faulted. */
bool inspect_perform(struct builder *b, const struct rs_instruction *instruction);

#endif

/* Far RET. */
#ifndef ARCH_RETF_H
#define ARCH_RETF_H

#include "arch/builder.h"

/* Performs far RET, with or without a count, into a started builder. False when it faulted. */
bool retf_perform(struct builder *b, const struct rs_instruction *instruction);

#endif

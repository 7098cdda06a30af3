/* Where a plain instruction accesses memory, as the registers are now. */
#ifndef ENGINE_REFERENCE_H
#define ENGINE_REFERENCE_H

#include "engine/discover.h"

/* The offset into `operand.segment`; false when nothing is accessed. */
bool reference_offset(const struct rs_cpu *cpu, const struct reference *r, uint64_t *offset);

#endif

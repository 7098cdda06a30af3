/* How a gate is written: 8 bytes in 32-bit mode, 16 in IA-32e mode. */
#ifndef CONFORM_GATES_H
#define CONFORM_GATES_H

#include <stdint.h>

void gate_write(uint64_t *at, unsigned access, unsigned selector, uintptr_t offset, unsigned stack_or_count);

#endif

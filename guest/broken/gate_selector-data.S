/* All gates have the selector of the data segment. */
#define GATE_SELECTOR SELECTOR_KERNEL_DS
#include "protected.inc"

	culprit = idt + VECTOR_SYSTEM_CALL * 8

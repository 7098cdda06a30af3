/* The gate of the system call has DPL 0, like those of interrupts: programs may not use it. */
#define GATE_SYSTEM_CALL GATE_INTERRUPT
#include "protected.inc"

	culprit = idt + VECTOR_SYSTEM_CALL * 8

/* The gate of the system call is a call gate, which an IDT cannot hold. */
#define GATE_SYSTEM_CALL 0xec
#include "protected.inc"

	culprit = idt + VECTOR_SYSTEM_CALL * 8

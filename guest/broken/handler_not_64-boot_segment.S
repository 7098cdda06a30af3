/* The gates name the 32-bit code segment that the kernel boots in. */
#define GATE_SELECTOR 0x08
#include "long.inc"

	culprit = idt + VECTOR_SYSTEM_CALL * 16

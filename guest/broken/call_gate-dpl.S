/* The call gate has DPL 0: programs may not use it. */
#define CALL_GATE_ACCESS 0x8c
#include "protected.inc"

	culprit = gdt_call_gate

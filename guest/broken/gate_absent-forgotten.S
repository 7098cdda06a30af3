/* The gate of the timer lacks the present bit. */
#define GATE_TIMER 0x0e
#include "long.inc"

	culprit = idt + VECTOR_TIMER * 16

/* The TSS has a stack for the timer whose upper half was typed with an f too few. */
#define REPLACES_DRIVERS_INIT
#define TSS_IST1 fault_stack_top, 0x0fffffff
#include "long.inc"

FUNCTION drivers_init
	GATE	VECTOR_TIMER, entry_timer, GATE_INTERRUPT, 1
	ret
	END	drivers_init

	culprit = tss_ist1

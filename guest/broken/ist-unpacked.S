/* The C structure of the TSS is not packed: its quadwords, IST1 among them, lie 4 bytes too high. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
culprit:
	movq	$fault_stack_top, tss + 0x28
	GATE	VECTOR_TIMER, entry_timer, GATE_INTERRUPT, 1
	ret
	END	drivers_init

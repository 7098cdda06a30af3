/* A task gate in the IDT: the task switch that it calls for is not performed. */
#include "rings.inc"

	RINGS
	movw	$TSS_SELECTOR, idt + VECTOR_SYSTEM_CALL * GATE_SIZE + 2
	movw	$GATE_USER_TASK << 8, idt + VECTOR_SYSTEM_CALL * GATE_SIZE + 4
	ENTER_RING_3

	USER
	int	$VECTOR_SYSTEM_CALL
	END_USER

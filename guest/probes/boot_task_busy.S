/* A task gate to the task that runs already: it is busy. */
#include "rings.inc"

	RINGS
	movw	$TSS_SELECTOR, idt + VECTOR_SYSTEM_CALL * GATE_SIZE + 2
	movw	$GATE_USER_TASK << 8, idt + VECTOR_SYSTEM_CALL * GATE_SIZE + 4
	ENTER_RING_3

	USER
	int	$VECTOR_SYSTEM_CALL
	END_USER

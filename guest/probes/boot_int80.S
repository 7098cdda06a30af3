/* INT 0x80 from ring 3 through an interrupt gate and through a trap gate, and IRET back. */
#include "rings.inc"

	RINGS
	ENTER_RING_3

	USER
	movl	$20, %eax
	int	$VECTOR_SYSTEM_CALL
	int	$VECTOR_TRAP_GATE
	END_USER

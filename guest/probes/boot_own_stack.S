/* INT through a gate with an interrupt stack table entry: from ring 3, and again from ring 0. */
#include "rings.inc"

	RINGS
	pushq	$SELECTOR_KERNEL_CS
	pushq	$1f
	lretq				/* IRET to ring 0 needs a code segment of this GDT */
1:
	int	$VECTOR_OWN_STACK
	ENTER_RING_3

	USER
	int	$VECTOR_OWN_STACK
	END_USER

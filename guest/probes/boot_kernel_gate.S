/* INT from ring 3 through a gate of DPL 0: #GP that names the gate. */
#include "rings.inc"

	RINGS
	ENTER_RING_3

	USER
	int	$VECTOR_KERNEL_GATE
	END_USER

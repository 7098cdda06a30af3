/* INT from ring 3 through a gate that is not present: #NP that names the gate. */
#include "rings.inc"

	RINGS
	ENTER_RING_3

	USER
	int	$VECTOR_ABSENT_GATE
	END_USER

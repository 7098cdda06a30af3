/* CLI in ring 3 without IOPL: #GP(0). */
#include "rings.inc"

	RINGS
	ENTER_RING_3

	USER
	cli
	END_USER

/* IRET with NT: IA-32e mode refuses it; elsewhere it calls for a task switch, which is not performed. */
#include "rings.inc"

	RINGS
	PUSH	$(FLAGS_FIXED | FLAGS_NT)
	popf
	ENTER_RING_3

	USER
	END_USER

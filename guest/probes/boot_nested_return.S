/* IRET with NT: IA-32e mode refuses it; elsewhere it returns to the task of the back link, which is none here. */
#include "rings.inc"

	RINGS
	PUSH	$(FLAGS_FIXED | FLAGS_NT)
	popf
	ENTER_RING_3

	USER
	END_USER

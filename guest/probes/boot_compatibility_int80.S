/* INT 0x80 from 32-bit code in compatibility mode: the 64-bit kernel's frame, and IRETQ back to 32-bit code. */
#include "rings.inc"

	RINGS
	ENTER_RING_3 SELECTOR_USER_CS32

	USER
	.code32
	movl	$20, %eax
	int	$VECTOR_SYSTEM_CALL
	END_USER

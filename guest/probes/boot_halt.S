/* HLT with interrupts off, which nothing can end. */
#include "boot.inc"

	BOOT_IMAGE
	cli
1:	hlt
	jmp	1b
	END_BOOT_IMAGE

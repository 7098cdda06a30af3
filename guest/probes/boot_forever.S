/* Code that never ends by itself: what a limit and Ctrl-C are for. */
#include "boot.inc"

	BOOT_IMAGE
1:	incl	%eax
	jmp	1b
	END_BOOT_IMAGE

/* A loop that is to close the gates of exceptions to programs closes all of them. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
	xorl	%eax, %eax
culprit:
	andb	$~0x60, idt + 5(%rax)
	addl	$16, %eax
	cmpl	$(256 * 16), %eax
	jb	culprit
	ret
	END	drivers_init

/* The base of GS is written, GS loaded after that, which clears the base, and the result put away by SWAPGS. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
	WRITE_MSR MSR_GS_BASE, cpu
	xorl	%eax, %eax
culprit:
	movl	%eax, %gs
	swapgs
	ret
	END	drivers_init

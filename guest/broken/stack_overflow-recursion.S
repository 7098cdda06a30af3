/* A function calls itself once for each of too many entries, until the stack runs into the empty page below it. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
	movl	$10000, %eax
	call	walk
	ret
	END	drivers_init

FUNCTION walk
	decl	%eax
	jz	1f
culprit:
	call	walk
1:	ret
	END	walk

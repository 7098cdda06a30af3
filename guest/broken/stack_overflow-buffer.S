/* A function has a buffer on the stack that is larger than the stack. */
#define REPLACES_DRIVERS_INIT
#include "protected.inc"

FUNCTION drivers_init
culprit:
	subl	$0x1800, %esp
	movl	$0, (%esp)
	addl	$0x1800, %esp
	ret
	END	drivers_init

/* A register is pushed and not popped: RET takes what it held for the return address. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
	movl	$0x1234, %ebx
culprit:
	pushq	%rbx
	movl	$1, %ebx
	ret
	END	drivers_init

/* No-execute is meant for the program's stack; the index counts from the entry before. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
	movl	$(USER_STACK >> 12 & 511), %eax
culprit:
	btsq	$63, user_pages - 8(, %rax, 8)
	ret
	END	drivers_init

/* A driver takes over the timer and gives its gate the selector that is in DS. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
	movl	%ds, %eax
culprit:
	movw	%ax, idt + VECTOR_TIMER * 16 + 2
	movl	$entry_timer, %eax
	movw	%ax, idt + VECTOR_TIMER * 16
	shrl	$16, %eax
	movw	%ax, idt + VECTOR_TIMER * 16 + 6
	ret
	END	drivers_init

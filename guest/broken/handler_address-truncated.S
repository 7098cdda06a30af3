/* A driver takes over the timer; of its handler's address it sets the lower half, and clears the upper one. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
	movl	$entry_timer, %eax
	movw	%ax, idt + VECTOR_TIMER * 16
culprit:
	movw	$0, idt + VECTOR_TIMER * 16 + 6
	ret
	END	drivers_init

/* STAR is adapted to a GDT that has a slot more; this one has not, and SYSCALL takes the data segment for CS. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
	movl	$MSR_STAR, %ecx
	rdmsr
culprit:
	addl	$8, %edx
	wrmsr
	ret
	END	drivers_init

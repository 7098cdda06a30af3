/* BOUND past the end: #BR, a fault; i386 only. */
#include "probe.inc"

	REFUSED_PROBE
	movl	$9, %eax
	boundl	%eax, bounds
	END_REFUSED_PROBE

	.section .rodata
	.type	bounds, @object
bounds:
	.long	0, 8
	.size	bounds, . - bounds

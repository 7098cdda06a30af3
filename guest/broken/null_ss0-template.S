/* The TSS is filled in from a template, in which SS0 was forgotten. */
#define REPLACES_DRIVERS_INIT
#include "protected.inc"

FUNCTION drivers_init
	movl	$tss_template, %esi
	movl	$tss, %edi
	movl	$12, %ecx
	cld
	rep movsb
	ret
	END	drivers_init

	TABLES
tss_template:
	.long	0
	.long	kernel_stack_top
culprit:
	.long	0

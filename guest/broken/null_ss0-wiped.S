/* The TSS is wiped for the first process, and of its stack only ESP0 is set again. */
#define REPLACES_DRIVERS_INIT
#define USER_WAITS_FIRST
#include "protected.inc"

FUNCTION drivers_init
	movl	$tss, %edi
	movl	$(104 / 4), %ecx
	xorl	%eax, %eax
	cld
culprit:
	rep stosl
	movl	$kernel_stack_top, tss_esp0
	ret
	END	drivers_init

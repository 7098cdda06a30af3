/* IA32_SYSENTER_ESP is the lowest address of the stack, and the kernel pushes onto the page below it. */
#define REPLACES_DRIVERS_INIT
#include "protected.inc"

FUNCTION drivers_init
	movl	$MSR_SYSENTER_ESP, %ecx
culprit:
	movl	$kernel_stack, %eax
	xorl	%edx, %edx
	wrmsr
	ret
	END	drivers_init

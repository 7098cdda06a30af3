/* The allocator takes all memory behind the code for free: a driver's buffer is where the GDT lies. */
#define REPLACES_DRIVERS_INIT
#include "protected.inc"

FUNCTION drivers_init
	movl	$KERNEL_DATA, %edi
	movl	$(64 / 4), %ecx
	xorl	%eax, %eax
	cld
culprit:
	rep stosl
	ret
	END	drivers_init

/* No-execute is turned on by writing EFER whole, and SCE is lost. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
	movl	$MSR_EFER, %ecx
	movl	$(EFER_NXE | EFER_LME | EFER_LMA), %eax
	xorl	%edx, %edx
culprit:
	wrmsr
	ret
	END	drivers_init

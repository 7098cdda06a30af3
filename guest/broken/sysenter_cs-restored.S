/* Waking up restores the MSRs that going to sleep would have saved, and nobody slept. */
#define REPLACES_DRIVERS_INIT
#include "protected.inc"

FUNCTION drivers_init
	movl	$MSR_SYSENTER_CS, %ecx
	movl	saved_sysenter_cs, %eax
	movl	saved_sysenter_cs + 4, %edx
culprit:
	wrmsr
	ret
	END	drivers_init

	MEMORY
saved_sysenter_cs:
	.skip	8

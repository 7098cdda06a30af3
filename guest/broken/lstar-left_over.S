/* EDX still holds the selectors of STAR when LSTAR is written. Of 48 bits of address, that is no canonical one. */
#define REPLACES_SYSTEM_CALLS_INIT
#include "long.inc"

FUNCTION system_calls_init
	movl	$MSR_STAR, %ecx
	xorl	%eax, %eax
	movl	$STAR_SELECTORS, %edx
	wrmsr
	movl	$MSR_LSTAR, %ecx
	movl	$entry_syscall, %eax
culprit:
	wrmsr
	WRITE_MSR MSR_FMASK, FMASK_VALUE
	WRITE_MSR MSR_KERNEL_GS_BASE, cpu
	ret
	END	system_calls_init

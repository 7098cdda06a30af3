/* The upper half of LSTAR has lost an f: the address is not canonical, and WRMSR refuses it. */
#define REPLACES_SYSTEM_CALLS_INIT
#include "long.inc"

FUNCTION system_calls_init
	WRITE_MSR MSR_STAR, 0, STAR_SELECTORS
	movl	$MSR_LSTAR, %ecx
	movl	$entry_syscall, %eax
culprit:
	movl	$0x0fffffff, %edx
	wrmsr
	WRITE_MSR MSR_FMASK, FMASK_VALUE
	WRITE_MSR MSR_KERNEL_GS_BASE, cpu
	ret
	END	system_calls_init

/* LSTAR is never written: SYSCALL goes to address 0. */
#define REPLACES_SYSTEM_CALLS_INIT
#include "long.inc"

FUNCTION system_calls_init
	WRITE_MSR MSR_STAR, 0, STAR_SELECTORS
	WRITE_MSR MSR_FMASK, FMASK_VALUE
	WRITE_MSR MSR_KERNEL_GS_BASE, cpu
	ret
	END	system_calls_init

/* STAR has the data segment for SYSRET to count from: one interrupt later, IRET refuses the CS that came of it. */
#define REPLACES_SYSTEM_CALLS_INIT
#include "long.inc"

FUNCTION system_calls_init
	movl	$MSR_STAR, %ecx
	xorl	%eax, %eax
culprit:
	movl	$(SELECTOR_USER_DS << 16 | SELECTOR_KERNEL_CS), %edx
	wrmsr
	WRITE_MSR MSR_LSTAR, entry_syscall
	WRITE_MSR MSR_FMASK, FMASK_VALUE
	WRITE_MSR MSR_KERNEL_GS_BASE, cpu
	ret
	END	system_calls_init

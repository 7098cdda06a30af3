/* CSTAR is to be cleared, because 32-bit programs have no SYSCALL here; the MSR's number is LSTAR's. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
	movl	$0xc0000082, %ecx
	xorl	%eax, %eax
	xorl	%edx, %edx
culprit:
	wrmsr
	ret
	END	drivers_init

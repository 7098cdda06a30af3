/* Single-stepping into SYSCALL: SFMASK clears TF on the way in, RFLAGS comes back with it, and the trap is the program's;
 * x86-64 only. */
#include "probe.inc"

	REFUSED_PROBE
	movl	$39, %eax
	pushfq
	orq	$0x100, (%rsp)
	popfq
	syscall
	END_REFUSED_PROBE

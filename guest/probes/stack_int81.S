/* Arguments on a stack that is the kernel's: -EFAULT. The status is that error. */
#include "probe.inc"

	PROBE
	movl	$1, %eax			/* exit, or write */
	HOSTILE_STACK
	int	$0x81
	negl	%eax
	EXIT_BY_EAX
	END_PROBE

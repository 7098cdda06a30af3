/* A kernel selector into DS: #GP with the selector, 0x18. */
#include "probe.inc"

	REFUSED_PROBE
	movl	$0x18, %eax
	movl	%eax, %ds
	END_REFUSED_PROBE

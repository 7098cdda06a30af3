/* A jump to the stack, which holds no code: #PF, error code 0x15; x86-64 only, as NX is. */
#include "probe.inc"

	REFUSED_PROBE
	pushq	$0xc3
	call	*%rsp
	popq	%rax
	END_REFUSED_PROBE

/* A read from an address that is not canonical: #GP(0); x86-64 only. */
#include "probe.inc"

	REFUSED_PROBE
	movabsq	$0x8000000000000000, %rax
	movb	(%rax), %al
	END_REFUSED_PROBE

/* A push to an address that is not canonical: #SS(0); x86-64 only. */
#include "probe.inc"

	REFUSED_PROBE
	movabsq	$0x8000000000000000, %rsp
	pushq	%rax
	END_REFUSED_PROBE

/* WRMSR at ring 3: #GP(0). */
#include "probe.inc"

	REFUSED_PROBE
	movl	$0x174, %ecx
	wrmsr
	END_REFUSED_PROBE

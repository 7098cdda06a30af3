/* A division by zero: #DE, a fault. */
#include "probe.inc"

	REFUSED_PROBE
	xorl	%ecx, %ecx
	divl	%ecx
	END_REFUSED_PROBE

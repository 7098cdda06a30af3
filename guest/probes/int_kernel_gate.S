/* INT through a gate of DPL 0: #GP with the vector and the IDT bit, 0x6a. */
#include "probe.inc"

	REFUSED_PROBE
	int	$13
	END_REFUSED_PROBE

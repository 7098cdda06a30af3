/* INT through no gate at all, past the limit of the IDT: #GP with the vector and the IDT bit, 0x482. */
#include "probe.inc"

	REFUSED_PROBE
	int	$0x90
	END_REFUSED_PROBE

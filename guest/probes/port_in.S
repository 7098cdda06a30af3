/* IN from a port that the TSS does not open: #GP(0). */
#include "probe.inc"

	REFUSED_PROBE
	inb	$0x80, %al
	END_REFUSED_PROBE

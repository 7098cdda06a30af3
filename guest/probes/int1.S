/* The undocumented breakpoint, which no gate's privilege refuses: #DB, a trap. */
#include "probe.inc"

	REFUSED_PROBE
	.byte	0xf1
	END_REFUSED_PROBE

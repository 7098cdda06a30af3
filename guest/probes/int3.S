/* A breakpoint, allowed to programs by its gate: #BP, a trap. */
#include "probe.inc"

	REFUSED_PROBE
	int3
	END_REFUSED_PROBE

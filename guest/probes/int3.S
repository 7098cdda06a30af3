/* A breakpoint, allowed to programs by its gate: #BP, a trap. */
#include "probe.h"

	REFUSED_PROBE
	int3
	END_REFUSED_PROBE

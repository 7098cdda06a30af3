/* HLT at ring 3: #GP(0). */
#include "probe.inc"

	REFUSED_PROBE
	hlt
	END_REFUSED_PROBE

/* SYSEXIT at ring 3: #GP(0). */
#include "probe.inc"

	REFUSED_PROBE
	sysexit
	END_REFUSED_PROBE

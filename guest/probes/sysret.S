/* SYSRET at ring 3: #GP(0); x86-64 only. */
#include "probe.inc"

	REFUSED_PROBE
	sysretq
	END_REFUSED_PROBE

/* SWAPGS at ring 3: #GP(0); x86-64 only. */
#include "probe.inc"

	REFUSED_PROBE
	swapgs
	END_REFUSED_PROBE

/* LGDT at ring 3: #GP(0). */
#include "probe.inc"

	REFUSED_PROBE
	lgdt	_start
	END_REFUSED_PROBE

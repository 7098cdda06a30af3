/* An instruction that is defined to be undefined: #UD. */
#include "probe.inc"

	REFUSED_PROBE
	ud2
	END_REFUSED_PROBE

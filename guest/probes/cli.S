/* CLI without IOPL: #GP(0). */
#include "probe.inc"

	REFUSED_PROBE
	cli
	END_REFUSED_PROBE

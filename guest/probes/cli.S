/* CLI without IOPL: #GP(0). */
#include "probe.h"

	REFUSED_PROBE
	cli
	END_REFUSED_PROBE

/* SYSEXIT at ring 3: #GP(0). */
#include "probe.h"

	REFUSED_PROBE
	sysexit
	END_REFUSED_PROBE

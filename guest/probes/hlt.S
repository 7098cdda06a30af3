/* HLT at ring 3: #GP(0). */
#include "probe.h"

	REFUSED_PROBE
	hlt
	END_REFUSED_PROBE

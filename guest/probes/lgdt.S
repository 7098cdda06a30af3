/* LGDT at ring 3: #GP(0). */
#include "probe.h"

	REFUSED_PROBE
	lgdt	_start
	END_REFUSED_PROBE

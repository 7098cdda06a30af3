/* A write to a page that may only be read: #PF, error code 7. */
#include "probe.inc"

	REFUSED_PROBE
	movl	$1, _start
	END_REFUSED_PROBE

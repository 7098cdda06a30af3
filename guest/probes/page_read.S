/* A read of a page that is not there: #PF, error code 4. */
#include "probe.inc"

	REFUSED_PROBE
	movl	0x10, %eax
	END_REFUSED_PROBE

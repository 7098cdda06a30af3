/* A read of the kernel's text, which is there but not for programs: #PF, error code 5. */
#include "probe.inc"

	REFUSED_PROBE
#ifdef __x86_64__
	movb	0xffffffff80101000, %al
#else
	movb	0xc0101000, %al
#endif
	END_REFUSED_PROBE

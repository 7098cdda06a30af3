/* INTO with OF set, allowed to programs by its gate: #OF, a trap; i386 only. */
#include "probe.inc"

	REFUSED_PROBE
	movb	$0x7f, %al
	incb	%al
	into
	END_REFUSED_PROBE

/* A call gate entered with the stack pointer in the kernel: the processor copies no parameters from there; i386 only. Under the
 * x86-64 kernel, which copies them itself, -EFAULT comes back; the status is that error. */
#include "probe.inc"
#include "selectors.h"

	PROBE
	HOSTILE_STACK
	lcall	$SELECTOR_CALL_GATE, $0
	negl	%eax
	EXIT_BY_EAX
	END_PROBE

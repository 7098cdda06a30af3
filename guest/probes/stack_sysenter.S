/* SYSENTER that claims a stack in the kernel: no argument is taken from there, -EFAULT comes back, and the landing's first POP
 * is the program's own fault; i386 only. */
#include "probe.inc"

	GREETING "never written"

	REFUSED_PROBE
	LOAD_WRITE_I386
	movl	$HOSTILE_ADDRESS, %ebp
	sysenter
	END_REFUSED_PROBE

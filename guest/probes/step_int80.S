/* Single-stepping into INT 0x80: the gate clears TF, the saved flags keep it, and the trap is the program's. */
#include "probe.inc"

	REFUSED_PROBE
	movl	$20, %eax
	SET_TF
	int	$0x80
	END_REFUSED_PROBE

/* write by INT 0x80 with the stack pointer in the kernel: the entry has a stack of its own, and the program's is never
 * touched. */
#include "probe.inc"

	GREETING "by int 0x80, whatever the stack"

	PROBE
	LOAD_WRITE_I386
	HOSTILE_STACK
	int	$0x80
	EXIT	0
	END_PROBE

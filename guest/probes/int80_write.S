/* write by INT 0x80 with the i386 number and registers; 64-bit code may do so too. */
#include "probe.inc"

	GREETING "by int 0x80"

	PROBE
	LOAD_WRITE_I386
	int	$0x80
	EXIT	0
	END_PROBE

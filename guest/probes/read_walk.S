/* read() from standard input through a library procedure, its macro-steps named. The status is how many bytes came. */
#include "probe.inc"
#include "read_walk.inc"

	PROBE
	READ_WALK
	EXIT_BY_EAX
	END_PROBE

	READ_LIBRARY

	.bss
buffer:
	.skip	READ_SIZE

/* A driver closes COM2 to programs, and the port that it names is COM1. */
#define REPLACES_DRIVERS_INIT
#include "protected.inc"

FUNCTION drivers_init
	movl	$(0x3f8 >> 3), %eax
culprit:
	movb	$0xff, io_map(%eax)
	ret
	END	drivers_init

/* The GDT is loaded again, with the number of its descriptors for a limit. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
culprit:
	movw	$((gdt_end - gdt) / 8), gdt_register
	lgdt	gdt_register
	ret
	END	drivers_init

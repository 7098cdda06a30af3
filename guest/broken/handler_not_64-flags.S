/* The kernel's code descriptor is given a 32-bit one's flags, which shows at the next interrupt. */
#define REPLACES_DRIVERS_INIT
#define USER_WAITS_FIRST
#include "long.inc"

FUNCTION drivers_init
culprit:
	movb	$0xcf, gdt_kernel_code + 6
	ret
	END	drivers_init

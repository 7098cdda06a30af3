/* The kernel's code descriptor is written again, with a 32-bit one's flags, which shows at the next interrupt. */
#define REPLACES_DRIVERS_INIT
#define USER_WAITS_FIRST
#include "long.inc"

FUNCTION drivers_init
culprit:
	movb	$0xcf, gdt_kernel_code + 6
	movw	$0xffff, gdt_kernel_code
	ret
	END	drivers_init

/* CR3 is loaded with the number of the page directory's frame, not with its address. */
#define REPLACES_DRIVERS_INIT
#include "protected.inc"

FUNCTION drivers_init
	movl	$page_directory, %eax
	shrl	$12, %eax
culprit:
	movl	%eax, %cr3
	ret
	END	drivers_init

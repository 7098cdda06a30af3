/* CR4.PAE is not set when paging goes on in long mode. */
#define REPLACES_LONG_MODE_INIT
#include "long.inc"

FUNCTION_32 long_mode_init
	movl	$page_map, %eax
	movl	%eax, %cr3
	WRITE_MSR MSR_EFER, EFER_VALUE
	movl	$(CR0_PE | CR0_ET | CR0_WP | CR0_PG), %eax
	movl	%eax, %cr0
	ret
	END	long_mode_init

/* CR4.PAE is set, and lost when the protections are turned on. */
#define REPLACES_LONG_MODE_INIT
#include "long.inc"

FUNCTION_32 long_mode_init
	movl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	$page_map, %eax
	movl	%eax, %cr3
	WRITE_MSR MSR_EFER, EFER_VALUE
	movl	$(CR4_SMEP | CR4_SMAP), %eax
culprit:
	movl	%eax, %cr4
	movl	$(CR0_PE | CR0_ET | CR0_WP | CR0_PG), %eax
	movl	%eax, %cr0
	ret
	END	long_mode_init

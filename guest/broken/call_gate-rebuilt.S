/* The call gate is written again for its new handler, with the ring of the handler, not of its callers. */
#define REPLACES_DRIVERS_INIT
#include "protected.inc"

FUNCTION drivers_init
culprit:
	movw	$0x8c00, gdt_call_gate + 4
	movl	$entry_call_gate, %eax
	movw	%ax, gdt_call_gate
	shrl	$16, %eax
	movw	%ax, gdt_call_gate + 6
	ret
	END	drivers_init

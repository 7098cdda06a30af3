/* The handler of breakpoints loads the kernel's DS and leaves it; IRET takes it away, and the program has none. */
#define REPLACES_ENTRY_BREAKPOINT
#include "protected.inc"

FUNCTION entry_breakpoint
	pushl	%eax
	movl	$SELECTOR_KERNEL_DS, %eax
	movl	%eax, %ds
	incl	breakpoints
	popl	%eax
culprit:
	iretl
	END	entry_breakpoint

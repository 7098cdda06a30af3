/* The handler of breakpoints removes an error code, and #BP has none. */
#define REPLACES_ENTRY_BREAKPOINT
#include "protected.inc"

FUNCTION entry_breakpoint
	incl	breakpoints
culprit:
	addl	$4, %esp
	iretl
	END	entry_breakpoint

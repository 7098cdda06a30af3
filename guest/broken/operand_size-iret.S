/* IRETD for IRETQ: a q was forgotten, and doublewords are popped from a frame of quadwords. */
#define REPLACES_ENTRY_BREAKPOINT
#include "long.inc"

FUNCTION entry_breakpoint
	incl	breakpoints
culprit:
	iretl
	END	entry_breakpoint

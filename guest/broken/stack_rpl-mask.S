/* The return from a breakpoint cleans the selectors in its frame, their rings included. */
#define REPLACES_ENTRY_BREAKPOINT
#include "long.inc"

FUNCTION entry_breakpoint
culprit:
	andl	$0xfff8, 32(%rsp)
	iretq
	END	entry_breakpoint

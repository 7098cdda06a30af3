/* The kernel writes to the program's memory without STAC, and SMAP refuses it. */
#define REPLACES_SYSTEM_STORE
#include "long.inc"

FUNCTION system_store
culprit:
	movl	$ANSWER, (%rdi)
	ret
	END	system_store

/* The first process's flags are taken from the wrong slot of its context, where its stack pointer is: NT is set. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
culprit:
	pushq	context_stack
	popfq
	ret
	END	drivers_init

	TABLES
	.balign	8, 0
context_stack:
	.quad	kernel_stack_top
context_flags:
	.quad	FLAGS_FIXED

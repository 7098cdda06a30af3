/* RSP0 is the lowest address of a stack, below which the GDT lies: the first interrupt pushes over it. */
#define REPLACES_GDT
#define TSS_RSP0 process_stack, 0
#include "long.inc"

	culprit = tss_rsp0

	TABLES
	.balign	16, 0
gdt:
	GDT_ENTRIES
gdt_end:
process_stack:
	.skip	512

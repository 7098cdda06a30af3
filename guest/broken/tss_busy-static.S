/* The TSS's descriptor says that the task is busy already. */
#define TSS_ACCESS 0x8b
#include "long.inc"

	culprit = gdt_tss

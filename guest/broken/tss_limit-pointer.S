/* The limit of the TSS is the size of a pointer to it. */
#define TSS_LIMIT (8 - 1)
#include "long.inc"

	culprit = gdt_tss

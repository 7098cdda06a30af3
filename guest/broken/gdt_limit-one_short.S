/* The limit of the GDT is the offset of its last descriptor, the TSS: LTR finds nothing there. */
#define GDT_LIMIT gdt_tss - gdt
#include "protected.inc"

	culprit = gdt_register

/* The compiler has put two bytes between limit and base of the IDT's register: the structure is not packed. */
#define REPLACES_IDT_REGISTER
#include "protected.inc"

	TABLES
	.balign	4, 0
culprit:
idt_register:
	.word	idt_end - idt - 1
	.balign	4, 0
	.long	idt

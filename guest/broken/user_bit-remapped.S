/* The program's code is mapped anew, by way of the tables that map themselves, and loses its user bit. */
#define REPLACES_DRIVERS_INIT
#define SELF_MAP -0x8000000000 /* where the lowest tables appear, one behind the other */
#include "long.inc"

FUNCTION drivers_init
	movl	$(page_map + (PAGE_PRESENT | PAGE_WRITE)), %eax
	movq	%rax, page_map + 511 * 8
	movl	$(USER_TEXT | PAGE_PRESENT), %eax
	movq	$(SELF_MAP + (USER_TEXT >> 12) * 8), %rbx
culprit:
	movq	%rax, (%rbx)
	invlpg	USER_TEXT
	ret
	END	drivers_init

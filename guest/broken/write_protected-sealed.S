/* The code is sealed against writing, and one page more: the GDT, in which IRET marks what it uses. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
	movl	$kernel_pages + (KERNEL_TEXT >> 12 & 511) * 8, %edi
	movl	$((KERNEL_DATA - KERNEL_TEXT) / PAGE_SIZE + 1), %ecx
1:
culprit:
	andb	$~PAGE_WRITE, (%rdi)
	addl	$8, %edi
	loop	1b
	movq	%cr3, %rax
	movq	%rax, %cr3
	ret
	END	drivers_init

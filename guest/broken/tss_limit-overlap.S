/* The lower half of the TSS's base is stored with the 16 bits before it, which are the limit, and now 0. */
#define REPLACES_TASK_INIT
#include "protected.inc"

FUNCTION task_init
	movl	$tss, %eax
	shll	$16, %eax
culprit:
	movl	%eax, gdt_tss
	movl	$tss, %eax
	shrl	$16, %eax
	movb	%al, gdt_tss + 4
	movb	%ah, gdt_tss + 7
	movl	$I386_TSS, %eax
	ltr	%ax
	ret
	END	task_init

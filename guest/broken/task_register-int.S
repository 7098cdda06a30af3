/* Nobody executes LTR: the first INT from ring 3 looks for RSP0 in a TSS at address 0. */
#define REPLACES_TASK_INIT
#include "long.inc"

FUNCTION task_init
	movl	$tss, %eax
	movw	%ax, gdt_tss + 2
	shrl	$16, %eax
	movb	%al, gdt_tss + 4
	movb	%ah, gdt_tss + 7
	ret
	END	task_init

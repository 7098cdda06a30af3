/* The handler of page faults leaves by the exit of interrupts, which knows of no error code. */
#define REPLACES_ENTRY_PAGE_FAULT
#define REPLACES_ENTRY_TIMER
#include "protected.inc"

FUNCTION entry_page_fault
	pushl	%eax
	movl	%cr2, %eax
	shrl	$12, %eax
	subl	$(USER_HEAP >> 12), %eax
	cmpl	$2, %eax
	jae	exception_14
	call	heap_give
	jmp	interrupt_exit
	END	entry_page_fault

FUNCTION entry_timer
	pushl	%eax
	OUT	PIC_MASTER, PIC_END
	incl	ticks
	jmp	interrupt_exit
	END	entry_timer

FUNCTION interrupt_exit
	popl	%eax
culprit:
	iretl
	END	interrupt_exit

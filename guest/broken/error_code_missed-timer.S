/* The timer's handler leaves by the exit of exceptions, which removes an error code. */
#define REPLACES_ENTRY_TIMER
#include "long.inc"

FUNCTION entry_timer
	pushq	%rax
	OUT	PIC_MASTER, PIC_END
	incl	ticks
	jmp	exception_exit
	END	entry_timer

FUNCTION exception_exit
	popq	%rax
culprit:
	addq	$8, %rsp
	iretq
	END	exception_exit

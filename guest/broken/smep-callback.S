/* The timer's handler calls the program's function itself. */
#define REPLACES_ENTRY_TIMER
#include "long.inc"

FUNCTION entry_timer
	pushq	%rax
	OUT	PIC_MASTER, PIC_END
	movl	$user_tick, %eax
culprit:
	call	*%rax
	popq	%rax
	iretq
	END	entry_timer

	USER
user_tick:
	ret

/* The timer's handler works with the DS that it finds, and the program has a null selector there. */
#define REPLACES_ENTRY_TIMER
#define REPLACES_USER
#include "protected.inc"

FUNCTION entry_timer
	pushl	%eax
	OUT	PIC_MASTER, PIC_END
culprit:
	incl	ticks
	popl	%eax
	iretl
	END	entry_timer

	USER
user:
	xorl	%eax, %eax
	movl	%eax, %ds
	movl	$20000, %ecx
1:	loop	1b
	movl	$CALL_EXIT, %eax
	xorl	%edi, %edi
	int	$VECTOR_SYSTEM_CALL
	END	user

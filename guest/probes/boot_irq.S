/* IRQ 0 through the 8259 interrupts ring 3: the stack is switched, and IRET goes back. */
#include "events.inc"

	EVENTS
	PIT	PIT_ONCE, 1
	OUT	PIC_MASTER + 1, 0xfe
	movl	$SELECTOR_USER_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	pushl	$SELECTOR_USER_DS
	pushl	$user_stack_top
	pushl	$(FLAGS_FIXED | FLAGS_IF)
	pushl	$SELECTOR_USER_CS32
	pushl	$user
	RETURN
	.size	_start, . - _start

FUNCTION user
1:	cmpl	$0, interrupted_ring
	je	1b
	int	$VECTOR_DONE
	.size	user, . - user

FUNCTION entry_timer
	movl	4(%esp), %eax
	movl	%eax, interrupted_ring
	OUT	PIC_MASTER, PIC_END
	RETURN
	.size	entry_timer, . - entry_timer

FUNCTION entry_done
	cmpl	$SELECTOR_USER_CS32, interrupted_ring
	PRINT_IF e, "ring 3 was interrupted"
	END

	HANDLERS

interrupted_ring:
	.long	0

	TABLES
	EXCEPTION_GATES
	GATE	VECTOR_TIMER, entry_timer
	GATE	VECTOR_DONE, entry_done, GATE_USER_INTERRUPT
	END_TABLES

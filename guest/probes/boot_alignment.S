/* Alignment checks: ring 3 asks for them, and nothing that ring 0 or the processor does itself is checked. */
#include "events.inc"

#define VECTOR_AC 17

/* The instruction that follows goes on at the mark that ends it, by itself or by the handler. */
.macro TRY mark
	movl	$0, count
	movl	$\mark, %ebx
.endm

	EVENTS
	movl	%cr0, %eax
	orl	$CR0_AM, %eax
	movl	%eax, %cr0
	movl	$SELECTOR_USER_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	pushl	$SELECTOR_USER_DS
	pushl	$user_stack_top
	pushl	$(FLAGS_FIXED | FLAGS_IOPL | FLAGS_AC)
	pushl	$SELECTOR_USER_CS32
	pushl	$user
	RETURN
	.size	_start, . - _start

FUNCTION user
	TRY	1f
	movl	data + 4, %eax
1:	cmpl	$0, count
	PRINT_IF e, "an aligned doubleword passes"

	TRY	1f
	movl	data + 2, %eax
1:	cmpl	$1, count
	PRINT_IF e, "a doubleword at the address of a word is refused"

	cmpl	$0, error
	PRINT_IF e, "with error code 0"

	TRY	1f
	movw	%ax, data + 2
1:	cmpl	$0, count
	PRINT_IF e, "a word passes there"

	TRY	1f
	fldl	data + 4
1:	cmpl	$1, count
	PRINT_IF e, "a double wants eight bytes"

	TRY	1f
	lfs	data + 4, %eax
1:	cmpl	$0, count
	PRINT_IF e, "a far pointer wants four"

	TRY	1f
	lfs	data + 6, %eax
1:	cmpl	$1, count
	PRINT_IF e, "and no less"

	TRY	1f
	decl	%esp
	pushl	%eax
1:	cmpl	$1, count
	PRINT_IF e, "so does the stack"

	TRY	1f
	pushfl
1:	cmpl	$1, count
	PRINT_IF e, "of PUSHF, too"
	int	$VECTOR_DONE
	.size	user, . - user

FUNCTION entry_alignment
	incl	count
	popl	error
	movl	%ebx, (%esp)
	RETURN
	.size	entry_alignment, . - entry_alignment

FUNCTION entry_done
	movl	$0, count
	movl	data + 1, %eax
	cmpl	$0, count
	PRINT_IF e, "ring 0 may, AC or not"
	END

	HANDLERS

	.balign	8, 0
data:
	.quad	0, 0
count:
	.long	0
error:
	.long	-1

	TABLES
	EXCEPTION_GATES
	GATE	VECTOR_AC, entry_alignment
	GATE	VECTOR_DONE, entry_done, GATE_USER_INTERRUPT
	END_TABLES

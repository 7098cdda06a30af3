/* A periodic timer: it ends HLT, a masked tick waits, and the shadow of STI holds it off for one instruction. */
#include "events.inc"

	EVENTS
	PIT	PIT_PERIODIC, 50
	OUT	PIC_MASTER + 1, 0xfe
1:	sti
	hlt
	cli
	cmpl	$3, ticks
	jb	1b
	PRINT	"three ticks ended HLT"

	call	wait_masked
	movl	ticks, %ebp
	sti
	nop
	cli
	cmpl	%ebp, ticks
	PRINT_IF e, "a masked tick waits"

	OUT	PIC_MASTER + 1, 0xfe
	cmpl	%ebp, ticks
	PRINT_IF e, "without IF it waits"

	sti
	cli
	cmpl	%ebp, ticks
	PRINT_IF e, "between STI and CLI it waits"

	sti
	nop
after_nop:
	cli
	cmpl	$after_nop, place
	PRINT_IF e, "it comes after the instruction that follows STI"

	call	wait_masked
	OUT	PIC_MASTER + 1, 0xfe
	sti
	hlt
after_hlt:
	cli
	cmpl	$after_hlt, place
	PRINT_IF e, "it ends the HLT that follows STI"

	call	wait_masked
	OUT	PIC_MASTER + 1, 0xfe
	pushl	$(FLAGS_FIXED | FLAGS_IF)
	popfl
after_popf:
	cli
	cmpl	$after_popf, place
	PRINT_IF e, "it comes right after POPF"
	END

/* Masks the timer and waits until its tick is pending. */
FUNCTION wait_masked
	OUT	PIC_MASTER + 1, 0xff
	OUT	PIC_MASTER, PIC_READ_REQUEST
1:	inb	$PIC_MASTER, %al
	testb	$1, %al
	jz	1b
	ret
	.size	wait_masked, . - wait_masked

FUNCTION entry_timer
	incl	ticks
	movl	%eax, saved
	movl	(%esp), %eax
	movl	%eax, place
	OUT	PIC_MASTER, PIC_END
	movl	saved, %eax
	RETURN
	.size	entry_timer, . - entry_timer

	HANDLERS

ticks:
	.long	0
place:
	.long	0
saved:
	.long	0

	TABLES
	EXCEPTION_GATES
	GATE	VECTOR_TIMER, entry_timer
	END_TABLES

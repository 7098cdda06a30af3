/* COM1 takes its request back before it is acknowledged: the 8259 answers with IRQ 7, and nothing is in service. */
#include "events.inc"

#define COM1_IER (COM1_PORT + 1)
#define COM1_IIR (COM1_PORT + 2)
#define COM1_MCR (COM1_PORT + 4)

.macro COM1_OUT port, value
	movl	$\port, %edx
	movb	$\value, %al
	outb	%al, %dx
.endm

	EVENTS
	OUT	PIC_MASTER + 1, 0xef
	COM1_OUT COM1_MCR, 0x08
	COM1_OUT COM1_IER, 0x02
	movl	$COM1_IIR, %edx
	inb	%dx, %al
	sti
	nop
	cli
	cmpl	$1, count
	PRINT_IF e, "IRQ 7 answered"
	cmpl	$0, in_service
	PRINT_IF e, "nothing is in service"
	END

FUNCTION entry_spurious
	incl	count
	OUT	PIC_MASTER, PIC_READ_SERVICE
	inb	$PIC_MASTER, %al
	movb	%al, in_service
	RETURN
	.size	entry_spurious, . - entry_spurious

	HANDLERS

count:
	.long	0
in_service:
	.long	0x55

	TABLES
	EXCEPTION_GATES
	GATE	VECTOR_SPURIOUS, entry_spurious
	END_TABLES

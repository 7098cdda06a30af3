/* Waking up sets the interrupt controller up as real mode has it, with IRQ 0 at 8. */
#define REPLACES_TIMER_INIT
#include "protected.inc"

FUNCTION timer_init
	TIMER_INIT
	OUT	PIC_MASTER, 0x11
	movb	$8, %al
culprit:
	outb	%al, $PIC_MASTER + 1
	OUT	PIC_MASTER + 1, 0x04
	OUT	PIC_MASTER + 1, 0x01
	OUT	PIC_MASTER + 1, 0xfe
	ret
	END	timer_init

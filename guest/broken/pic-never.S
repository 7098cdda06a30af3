/* Nobody tells the interrupt controller where its vectors begin: IRQ 0 comes at 8, as a PC's firmware has left it. */
#define REPLACES_TIMER_INIT
#include "long.inc"

FUNCTION timer_init
	OUT	PIT_CONTROL, PIT_ONCE
	OUT	PIT_COUNTER, PIT_TICKS & 0xff
	OUT	PIT_COUNTER, PIT_TICKS >> 8
	movb	$0xfe, %al
culprit:
	outb	%al, $PIC_MASTER + 1
	ret
	END	timer_init

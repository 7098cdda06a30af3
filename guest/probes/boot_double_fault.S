/* UD2 when the gates of #UD and #NP are not present: #NP while delivering #UD, then #DF, which has a gate. */
#include "rings.inc"

	RINGS
	movb	$(GATE_INTERRUPT & 0x7f), idt + 6 * GATE_SIZE + 5
	movb	$(GATE_INTERRUPT & 0x7f), idt + 11 * GATE_SIZE + 5
	ENTER_RING_3

	USER
	ud2
	END_USER

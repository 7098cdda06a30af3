/* INT from ring 3 when the task state has no stack for ring 0: every delivery fails as well. In long mode #DF has a
 * stack of its own; else the processor shuts down. */
#include "rings.inc"

	RINGS
#ifdef __x86_64__
	movb	$0x80, tss + TSS_STACK + 7	/* not canonical */
#else
	movw	$0, tss + TSS_STACK
#endif
	ENTER_RING_3

	USER
	movl	$20, %eax
	int	$VECTOR_SYSTEM_CALL
	END_USER

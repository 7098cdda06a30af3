/* The gate of the system call is copied from that of an interrupt: it has DPL 0, and programs may not use it. */
#define REPLACES_DRIVERS_INIT
#include "long.inc"

FUNCTION drivers_init
	movl	$gate_template, %esi
	movl	$entry_int80, %eax
	movw	%ax, (%rsi)
	shrl	$16, %eax
	movw	%ax, 6(%rsi)
	movl	$idt + VECTOR_SYSTEM_CALL * 16, %edi
	movl	$2, %ecx
	cld
	rep movsq
	ret
	END	drivers_init

	TABLES
	.balign	8, 0
gate_template:
	.word	0, SELECTOR_KERNEL_CS
	.byte	0
culprit:
	.byte	GATE_INTERRUPT
	.word	0
	.quad	0

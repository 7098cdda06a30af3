/* Breakpoints on instructions, data and ports, and single-stepping: what their handler finds, here and on QEMU. */
#include "debug.inc"

#define VECTOR_EMPTY 0x30

	EVENTS

	CASE
	WRITE_DR 0, 1f
	movl	$FLAGS_RF, VARIABLE(resume)
	WRITE_DR 7, DR7_ON(0, ON_EXECUTION, BYTE_1)
	nop
1:	nop
	nop
	REPORT "before its instruction, which RF lets pass", 1b

	CASE
	WRITE_DR 1, watched
	WRITE_DR 7, DR7_ON(1, ON_WRITE, BYTES_4)
	movl	VARIABLE(watched), %eax
1:	movl	%eax, VARIABLE(watched)
	nop
	REPORT "after a write, and not after a read", 1b

	CASE
	WRITE_DR 1, watched
	WRITE_DR 7, DR7_ON(1, ON_ACCESS, BYTES_4)
1:	movl	VARIABLE(watched), %eax
	nop
	REPORT "after a read, where both count", 1b

	CASE
	mov	SP, A
	subl	$WORD_SIZE, %eax
	mov	A, %dr0
	WRITE_DR 7, DR7_ON(0, ON_WRITE, BYTES_4)
1:	push	A
	pop	A
	REPORT "after a push", 1b

	CASE
1:	STEP
	nop
	nop
	REPORT "a single step", 1b

	CASE
	movl	$CR4_DE, %eax
#ifdef EVENTS_LONG
	orl	$CR4_PAE, %eax
#endif
	mov	A, %cr4
	WRITE_DR 0, 0x80
	WRITE_DR 7, DR7_ON(0, ON_PORT, BYTES_2)
	outb	%al, $0x7f
	outb	%al, $0x82
1:	outb	%al, $0x81
	nop
	REPORT "after an access to a port", 1b

	CASE
	mov	%ss, %edx
	STEP
1:	mov	%edx, %ss
	nop
	nop
	REPORT "MOV SS is not stepped over alone", 1b

	CASE
	STEP
1:	int	$VECTOR_EMPTY
	nop
	nop
	REPORT "INT n is not stepped into", 1b

	END

FUNCTION entry_empty
	RETURN
	.size	entry_empty, . - entry_empty

	HANDLERS
	DEBUG_HANDLERS

	TABLES
	GATE	VECTOR_DB, entry_debug
	EXCEPTION_GATES
	GATE	VECTOR_EMPTY, entry_empty
	END_TABLES

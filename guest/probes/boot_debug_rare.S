/* Debug exceptions where QEMU and the manual part: docs/debug.md says how. */
#include "debug.inc"

#define VECTOR_EMPTY 0x30

	EVENTS

	CASE
	WRITE_DR 3, watched + 6
	WRITE_DR 7, DR7_ON(3, ON_WRITE, BYTES_4)
	movb	%al, VARIABLE(watched + 3)
	movb	%al, VARIABLE(watched + 8)
1:	movb	%al, VARIABLE(watched + 4)
	nop
	REPORT "the address is aligned to the length", 1b

	CASE
	WRITE_DR 2, watched + 4
	WRITE_DR 7, DR7_ON(2, ON_WRITE, BYTE_1)
	movl	%eax, VARIABLE(watched)
	movl	%eax, VARIABLE(watched + 5)
1:	movl	%eax, VARIABLE(watched + 1)
	nop
	REPORT "one byte of a misaligned write", 1b

	CASE
	WRITE_DR 0, watched + 1
	WRITE_DR 1, watched + 2
	WRITE_DR 2, watched + 8
	WRITE_DR 7, DR7_ON(0, ON_WRITE, BYTE_1) | DR7_ON(1, ON_ACCESS, BYTE_1) | DR7_ON(2, ON_WRITE, BYTE_1)
1:	movl	%eax, VARIABLE(watched)
	nop
	REPORT "two met by one write", 1b

	CASE
	WRITE_DR 1, watched
	WRITE_DR 7, DR7_ON(1, ON_WRITE, BYTES_4)
	STEP
1:	movl	%eax, VARIABLE(watched)
	nop
	REPORT "a single step and a write in one", 1b

	CASE
1:	.byte	0xf1
	nop
	REPORT "INT1", 1b

	CASE
	WRITE_DR 0, 1f
	movl	$FLAGS_RF, VARIABLE(resume)
	WRITE_DR 7, DR7_ON(0, ON_EXECUTION, BYTE_1)
	movl	$4, %ecx
	movl	$watched, %edi
1:	rep stosb
	REPORT "before a string instruction, once", 1b

	CASE
	WRITE_DR 1, watched + 2
	movl	$FLAGS_RF, VARIABLE(resume)
	WRITE_DR 7, DR7_ON(1, ON_WRITE, BYTE_1)
	movl	$4, %ecx
	movl	$watched, %edi
1:	rep stosb
	nop
	REPORT "between two repetitions", 1b

	CASE
	WRITE_DR 1, watched + 3
	WRITE_DR 7, DR7_ON(1, ON_WRITE, BYTE_1)
	movl	$4, %ecx
	movl	$watched, %edi
1:	rep stosb
	nop
	REPORT "after the last repetition", 1b

	CASE
	movl	$3, %ecx
	movl	$watched, %edi
	STEP
1:	rep stosb
	nop
	REPORT "a single step of a string instruction", 1b

	CASE
	WRITE_DR 7, DR7_GENERAL_DETECT
1:	mov	%dr0, A
	mov	%dr0, A
	REPORT "general detect, which lets the second try pass", 1b

	CASE
	mov	%ss, VARIABLE(watched)
	WRITE_DR 0, watched
	WRITE_DR 7, DR7_ON(0, ON_ACCESS, BYTES_2)
1:	mov	VARIABLE(watched), %ss
	nop
	nop
	REPORT "MOV SS puts its own off by an instruction", 1b

	CASE
	mov	%ss, VARIABLE(watched)
	WRITE_DR 0, watched
	WRITE_DR 7, DR7_ON(0, ON_ACCESS, BYTES_2)
	mov	VARIABLE(watched), %ss
	int	$VECTOR_EMPTY
	nop
	REPORT "MOV SS puts its own off into the handler of INT n", entry_empty

	CASE
	WRITE_DR 0, 2f
	movl	$FLAGS_RF, VARIABLE(resume)
	WRITE_DR 7, DR7_ON(0, ON_EXECUTION, BYTE_1)
	mov	%ss, %eax
1:	mov	%eax, %ss
2:	nop
	nop
	REPORT "MOV SS holds off the breakpoint on the next instruction", 1b

	CASE
	mov	SP, A
	andl	$-16, %eax
	subl	$8, %eax
	mov	A, %dr0
	WRITE_DR 7, DR7_ON(0, ON_WRITE, BYTES_4)
1:	int	$VECTOR_EMPTY
	nop
	REPORT "the frame of an interrupt, at its handler", entry_empty

	CASE
	STEP
1:	hlt
	nop
	REPORT "a single step ends HLT", 1b

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

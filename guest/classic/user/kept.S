/* int registers_differ(void): calls the kernel with a known value in every register, and finds those that come back otherwise: a
 * bit for each, from 0 for EBX on. */
#include "entry.inc"
#include "selectors.h"

.macro COMPARE register, bit
	cmpl	$0x1000 + \bit, %\register
	je	1f
	orl	$1 << \bit, (%esp)
1:
.endm

	.text

FUNCTION registers_differ
	pushal
	pushl	$0
	movl	$0x1000, %ebx
	movl	$0x1001, %ecx
	movl	$0x1002, %edx
	movl	$0x1003, %esi
	movl	$0x1004, %edi
	movl	$0x1005, %ebp
	movl	$CLASSIC_USER_CS, %eax		/* readable, so that ES and FS may hold it */
	movl	%eax, %es
	movl	%eax, %fs
	movl	$20, %eax			/* getpid */
	int	$0x80
	COMPARE	ebx, 0
	COMPARE	ecx, 1
	COMPARE	edx, 2
	COMPARE	esi, 3
	COMPARE	edi, 4
	COMPARE	ebp, 5
	movl	%es, %eax
	cmpl	$CLASSIC_USER_CS, %eax
	je	1f
	orl	$1 << 6, (%esp)
1:	movl	%fs, %eax
	cmpl	$CLASSIC_USER_CS, %eax
	je	1f
	orl	$1 << 7, (%esp)
1:	movl	$CLASSIC_USER_DS, %eax
	movl	%eax, %es
	movl	%eax, %fs
	popl	%eax
	movl	%eax, 28(%esp)			/* what popal loads into EAX */
	popal
	ret
END registers_differ

	.section .note.GNU-stack, "", @progbits

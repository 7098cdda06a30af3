/* Into a trial's state by IRET, and out of it by any vector. */
#include "bits.h"
#include "stage.h"

#define ATTEMPT_SEGMENTS 20
#define ATTEMPT_REGISTERS 36

	.text
	.globl	attempt_make
	.type	attempt_make, @function
attempt_make:
	pushl	%ebp
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	movl	20(%esp), %ebx
	movl	%esp, return_stack
	testl	$FLAGS_VM, 8(%ebx)
	jz	3f
	pushl	ATTEMPT_SEGMENTS(%ebx)		/* virtual-8086 mode takes them from the frame */
	pushl	ATTEMPT_SEGMENTS + 4(%ebx)
	pushl	ATTEMPT_SEGMENTS + 12(%ebx)
	pushl	ATTEMPT_SEGMENTS + 8(%ebx)
	pushl	16(%ebx)
	pushl	12(%ebx)
	pushl	8(%ebx)
	pushl	4(%ebx)
	pushl	0(%ebx)
	pushl	%ds
	jmp	4f
3:	testl	$3, 4(%ebx)
	jz	1f
	pushl	16(%ebx)
	pushl	12(%ebx)
	jmp	2f
1:	movl	12(%ebx), %esp
2:	pushl	8(%ebx)
	pushl	4(%ebx)
	pushl	0(%ebx)
	movw	ATTEMPT_SEGMENTS(%ebx), %gs
	movw	ATTEMPT_SEGMENTS + 4(%ebx), %fs
	movw	ATTEMPT_SEGMENTS + 8(%ebx), %es
	pushl	ATTEMPT_SEGMENTS + 12(%ebx)
4:	movl	ATTEMPT_REGISTERS(%ebx), %edi
	movl	ATTEMPT_REGISTERS + 4(%ebx), %esi
	movl	ATTEMPT_REGISTERS + 8(%ebx), %ebp
	movl	ATTEMPT_REGISTERS + 16(%ebx), %edx
	movl	ATTEMPT_REGISTERS + 20(%ebx), %ecx
	movl	ATTEMPT_REGISTERS + 24(%ebx), %eax
	movl	ATTEMPT_REGISTERS + 12(%ebx), %ebx
	popl	%ds
	iretl
	.size	attempt_make, . - attempt_make

	.type	capture, @function
capture:
	pushl	%eax
	pushl	%ecx
	pushl	%edx
	pushl	%ebx
	pushl	%ebp
	pushl	%esi
	pushl	%edi
	pushl	%ds
	pushl	%es
	pushl	%fs
	pushl	%gs
	movl	$SELECTOR_DATA0, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%esp, %ecx
	movl	%eax, %ss
	movl	%ecx, %eax
	movl	return_stack, %esp
	pushl	$2
	popfl
	popl	%edi
	popl	%esi
	popl	%ebx
	popl	%ebp
	ret
	.size	capture, . - capture

	.globl	capture_stubs
	.type	capture_stubs, @function
	.balign	16
capture_stubs:
	.set	vector, 0
	.rept	VECTOR_ARRIVED + 1
	.balign	16
	.if	vector != 8 && (vector < 10 || vector > 14) && vector != 17 && vector != 21
	pushl	$0
	.endif
	pushl	$vector
	jmp	capture
	.set	vector, vector + 1
	.endr
	.size	capture_stubs, . - capture_stubs

	.globl	attempt_segments_load
	.type	attempt_segments_load, @function
attempt_segments_load:
	movl	$SELECTOR_DATA0, %eax
	movl	%eax, %ss
	movl	%eax, %ds
	movl	%eax, %es
	ljmp	$SELECTOR_CODE0, $1f
1:	ret
	.size	attempt_segments_load, . - attempt_segments_load

	.bss
	.balign 4
return_stack:
	.skip	4

	.section .note.GNU-stack, "", @progbits

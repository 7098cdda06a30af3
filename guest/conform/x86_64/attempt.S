/* Into a trial's state by IRET, and out of it by any vector. */
#include "stage.h"

#define ATTEMPT_SEGMENTS 40
#define ATTEMPT_REGISTERS 72

	.text
	.globl	attempt_make
	.type	attempt_make, @function
attempt_make:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, return_stack
	pushq	32(%rdi)
	pushq	24(%rdi)
	pushq	16(%rdi)
	pushq	8(%rdi)
	pushq	0(%rdi)
	movw	ATTEMPT_SEGMENTS(%rdi), %gs
	movw	ATTEMPT_SEGMENTS + 8(%rdi), %fs
	movw	ATTEMPT_SEGMENTS + 16(%rdi), %es
	movw	ATTEMPT_SEGMENTS + 24(%rdi), %ds
	movq	ATTEMPT_REGISTERS + 8(%rdi), %rsi
	movq	ATTEMPT_REGISTERS + 16(%rdi), %rbp
	movq	ATTEMPT_REGISTERS + 24(%rdi), %rbx
	movq	ATTEMPT_REGISTERS + 32(%rdi), %rdx
	movq	ATTEMPT_REGISTERS + 40(%rdi), %rcx
	movq	ATTEMPT_REGISTERS + 48(%rdi), %rax
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	xorl	%r10d, %r10d
	movq	ATTEMPT_REGISTERS + 56(%rdi), %r11
	movq	ATTEMPT_REGISTERS(%rdi), %rdi
	iretq
	.size	attempt_make, . - attempt_make

	.type	capture, @function
capture:
	pushq	%r11
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rbx
	pushq	%rbp
	pushq	%rsi
	pushq	%rdi
	movl	%ds, %eax
	pushq	%rax
	movl	%es, %eax
	pushq	%rax
	pushq	%fs
	pushq	%gs
	movl	$SELECTOR_DATA0, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movq	%rsp, %rax
	movl	$SELECTOR_DATA0, %ecx
	movl	%ecx, %ss
	movq	return_stack, %rsp
	pushq	$2
	popfq
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
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
	pushq	$0
	.endif
	pushq	$vector
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
	pushq	$SELECTOR_CODE0
	pushq	$1f
	lretq
1:	ret
	.size	attempt_segments_load, . - attempt_segments_load

	.bss
	.balign 8
return_stack:
	.skip	8

	.section .note.GNU-stack, "", @progbits

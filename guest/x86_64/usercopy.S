/* Copies to and from a program's memory; a fault on the way ends them through the exception table. */
#include "processor.h"

.macro FIXED_UP fault, landing
	.pushsection .exceptions, "a"
	.quad	\fault, \landing
	.popsection
.endm

	.text

/* size_t user_copy(void *to, const void *from, size_t size): how many bytes could not be copied. The caller has checked
 * that the program's side lies in the program's range. */
	.globl	user_copy
	.type	user_copy, @function
user_copy:
	cmpb	$0, processor + PROCESSOR_SMAP(%rip)
	je	1f
	stac
1:	movq	%rdx, %rcx
	andl	$7, %edx
	shrq	$3, %rcx
.Lwords:
	rep movsq
	movl	%edx, %ecx
.Lbytes:
	rep movsb
	movq	%rcx, %rax
2:	cmpb	$0, processor + PROCESSOR_SMAP(%rip)
	je	3f
	clac
3:	ret
.Lwords_fault:
	leaq	(%rdx, %rcx, 8), %rax
	jmp	2b
.Lbytes_fault:
	movq	%rcx, %rax
	jmp	2b
	.size	user_copy, . - user_copy
	FIXED_UP .Lwords, .Lwords_fault
	FIXED_UP .Lbytes, .Lbytes_fault

	.section .note.GNU-stack, "", @progbits

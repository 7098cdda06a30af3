/* Copies to and from a program's memory; a fault on the way ends them through the exception table. */
#include "entry.inc"
#include "processor.h"

	.text

/* size_t user_copy(void *to, const void *from, size_t size): how many bytes could not be copied. The caller has checked
 * that the program's side lies in the program's range. */
FUNCTION user_copy
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
END user_copy
	.globl	user_copy_end
user_copy_end:
	FIXED_UP .Lwords, .Lwords_fault
	FIXED_UP .Lbytes, .Lbytes_fault

	.section .note.GNU-stack, "", @progbits

/* Copies to and from a program's memory; a fault on the way ends them through the exception table. */
#include "entry.inc"
#include "processor.h"

	.text

/* size_t user_copy(void *to, const void *from, size_t size): how many bytes could not be copied. The caller has checked
 * that the program's side lies in the program's range. */
FUNCTION user_copy
	pushl	%esi
	pushl	%edi
	movl	12(%esp), %edi
	movl	16(%esp), %esi
	movl	20(%esp), %ecx
	movl	%ecx, %edx
	andl	$3, %edx
	shrl	$2, %ecx
	cmpb	$0, processor + PROCESSOR_SMAP
	je	.Lwords
	stac
.Lwords:
	rep movsl
	movl	%edx, %ecx
.Lbytes:
	rep movsb
	movl	%ecx, %eax
1:	cmpb	$0, processor + PROCESSOR_SMAP
	je	2f
	clac
2:	popl	%edi
	popl	%esi
	ret
.Lwords_fault:
	leal	(%edx, %ecx, 4), %eax
	jmp	1b
.Lbytes_fault:
	movl	%ecx, %eax
	jmp	1b
END user_copy
	.globl	user_copy_end
user_copy_end:
	FIXED_UP .Lwords, .Lwords_fault
	FIXED_UP .Lbytes, .Lbytes_fault

	.section .note.GNU-stack, "", @progbits

/* From one task's kernel stack to another's. */
#include "entry.inc"

	.text

/* void switch_to(uintptr_t *old_stack, uintptr_t new_stack, uintptr_t root): returns to whoever left new_stack. */
FUNCTION switch_to
	movl	4(%esp), %eax
	movl	8(%esp), %edx
	movl	12(%esp), %ecx
	.irp	register, ebx, esi, edi, ebp
	pushl	%\register
	.endr
	movl	%esp, (%eax)
	movl	%ecx, %cr3
	movl	%edx, %esp
	.irp	register, ebp, edi, esi, ebx
	popl	%\register
	.endr
	ret
END switch_to

/* Where a new task goes on: its frame is at ESP. */
FUNCTION switch_begin
	call	task_begin
	jmp	leave_by_iret
END switch_begin

	.section .note.GNU-stack, "", @progbits

/* From one task's kernel stack to another's. */
#include "entry.inc"

	.text

/* void switch_to(uintptr_t *old_stack, uintptr_t new_stack, uintptr_t root): returns to whoever left new_stack. */
FUNCTION switch_to
	.irp	register, rbx, rbp, r12, r13, r14, r15
	pushq	%\register
	.endr
	movq	%rsp, (%rdi)
	movq	%rdx, %cr3
	movq	%rsi, %rsp
	.irp	register, r15, r14, r13, r12, rbp, rbx
	popq	%\register
	.endr
	ret
END switch_to

/* Where a new task goes on: its frame is at RSP. */
FUNCTION switch_begin
	call	task_begin
	jmp	leave_by_iret
END switch_begin

	.section .note.GNU-stack, "", @progbits

/* CALL to a task and IRET out of it, twice, the second time through a task gate; nested tasks that are refused. */
#include "low.inc"

#define SELECTOR_TASK SELECTOR_OWN
#define SELECTOR_GATE (SELECTOR_OWN + 8)

	LOW
	movl	$0x51515151, %esi
	jmp	1f /* QEMU 7.2 saves the flags that the block began with */
1:	lcall	$SELECTOR_TASK, $0x12345678
.Lback:
	pushfl
	TELL	"back in the first, EFLAGS", (%esp)
	TELL	"ESI", %esi
	movl	$stack_top, %eax
	subl	%esp, %eax
	TELL	"bytes on the stack", %eax
	TELL_BUSY "first task", SELECTOR_TSS
	TELL_BUSY "second task", SELECTOR_TASK
	TELL	"second task's EFLAGS", task + 36
	movl	task + 32, %eax
	subl	$.Lreturned, %eax
	TELL	"second task's EIP, off by", %eax
	lcall	$SELECTOR_GATE, $0
	TELL	"second task's EDI", task + 68
	movw	$SELECTOR_KERNEL_DS, tss
	pushl	$FLAGS_NT
	popfl
	EXPECT	1f
	iretl
1:	movw	$SELECTOR_TASK, tss
	pushl	$FLAGS_NT
	popfl
	EXPECT	1f
	iretl
1:	END

FUNCTION second
	pushfl
	TELL	"second task EFLAGS", (%esp)
	popl	%eax
	TELL	"its link", task
	TELL_BUSY "first task", SELECTOR_TSS
	TELL_BUSY "second task", SELECTOR_TASK
	movl	tss + 32, %eax
	subl	$.Lback, %eax
	TELL	"first task's EIP, off by", %eax
	pushfl
	popl	%eax
	andl	$~FLAGS_NT, %eax
	pushl	%eax
	popfl
	EXPECT	1f
	lcall	$SELECTOR_TSS, $0
1:	orl	$FLAGS_NT, %eax
	pushl	%eax
	popfl
	iretl
.Lreturned:
	pushfl
	TELL	"second task again, EFLAGS", (%esp)
	popl	%eax
	TELL	"its link", task
	movl	$0x77777777, %edi
	iretl
	.size	second, . - second

	HANDLERS

	TABLES
	DESCRIPTOR LINEAR(task), 103, ACCESS_TSS
	GATE_DESCRIPTOR ACCESS_TASK_GATE, SELECTOR_TASK
	END_DESCRIPTORS
	EXCEPTION_GATES
	END_TABLES

	.balign	16, 0
task:
	TASK_STATE second, inner_stack_top

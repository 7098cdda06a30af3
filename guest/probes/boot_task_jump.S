/* JMP to a task and back: what is saved, loaded and marked; JMPs that are refused. */
#include "low.inc"

#define SELECTOR_TASK SELECTOR_OWN
#define SELECTOR_LDT (SELECTOR_OWN + 8)
#define SELECTOR_SHORT (SELECTOR_OWN + 16)
#define SELECTOR_ABSENT (SELECTOR_OWN + 24)
#define SELECTOR_GATE (SELECTOR_OWN + 32)
#define SELECTOR_LDT_DATA 0x0c

.macro REFUSED selector
	EXPECT	.Lnext\@
	ljmp	$\selector, $0
.Lnext\@:
.endm

	LOW
	movl	$0x51515151, %esi
	stc
	jmp	1f /* QEMU 7.2 saves the flags that the block began with */
1:	ljmp	$SELECTOR_TASK, $0x12345678
.Lback:
	pushfl
	TELL	"back in the first, EFLAGS", (%esp)
	TELL	"ESI", %esi
	TELL_BUSY "first task", SELECTOR_TSS
	TELL_BUSY "second task", SELECTOR_TASK
	movl	task + 32, %eax
	subl	$.Ljumped, %eax
	TELL	"second task's EIP, off by", %eax
	TELL	"second task's CR3", task + 28
	TELL	"second task's link", task
	REFUSED	SELECTOR_TSS
	REFUSED	SELECTOR_SHORT
	REFUSED	SELECTOR_ABSENT
	REFUSED	SELECTOR_TASK + 4
	ljmp	$SELECTOR_GATE, $0
	TELL	"by a task gate EDI", task + 68
	END

FUNCTION second
	TELL	"second task EBX", %ebx
	str	%eax
	TELL	"TR", %eax
	sldt	%eax
	TELL	"LDTR", %eax
	movl	%gs:0, %eax
	TELL	"GS:0", %eax
	movl	%cr0, %eax
	andl	$CR0_TS, %eax
	TELL	"CR0.TS", %eax
	clts
	pushfl
	TELL	"EFLAGS", (%esp)
	TELL_BUSY "first task", SELECTOR_TSS
	TELL_BUSY "second task", SELECTOR_TASK
	movl	tss + 32, %eax
	subl	$.Lback, %eax
	TELL	"first task's EIP, off by", %eax
	TELL	"first task's EFLAGS", tss + 36
	TELL	"first task's CS", tss + 76
	TELL	"first task's ESI", tss + 64
	ljmp	$SELECTOR_TSS, $0
.Ljumped:
	movl	$0x77777777, %edi
	ljmp	$SELECTOR_TSS, $0
	.size	second, . - second

	HANDLERS

	.balign	8, 0
ldt:
	.quad	0
	DESCRIPTOR LINEAR(ldt_data), 3, ACCESS_DATA
ldt_data:
	.long	0x1d71d71d

	TABLES
	DESCRIPTOR LINEAR(task), 103, ACCESS_TSS
	DESCRIPTOR LINEAR(ldt), 15, ACCESS_LDT
	DESCRIPTOR LINEAR(task), 102, ACCESS_TSS
	DESCRIPTOR LINEAR(task), 103, (ACCESS_TSS - ACCESS_ABSENT)
	GATE_DESCRIPTOR ACCESS_TASK_GATE, SELECTOR_TASK
	END_DESCRIPTORS
	EXCEPTION_GATES
	END_TABLES

	.balign	16, 0
task:
	.long	0xffff, 0, 0, 0, 0, 0, 0, 0
	.long	second, FLAGS_FIXED | FLAGS_NT
	.long	0, 0, 0, 0xbbbbbbbb, inner_stack_top, 0, 0, 0
	.long	SELECTOR_KERNEL_DS, SELECTOR_KERNEL_CS, SELECTOR_KERNEL_DS, SELECTOR_KERNEL_DS, 0, SELECTOR_LDT_DATA
	.long	SELECTOR_LDT, 104 << 16

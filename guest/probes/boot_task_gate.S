/* Task gates in the IDT: INT n, exceptions with an error code, a double fault; each task goes back by IRET. */
#include "low.inc"

#define SELECTOR_INTERRUPT_TASK SELECTOR_OWN
#define SELECTOR_FAULT_TASK (SELECTOR_OWN + 8)
#define SELECTOR_DOUBLE_FAULT_TASK (SELECTOR_OWN + 16)
#define SELECTOR_ABSENT_TASK (SELECTOR_OWN + 24)
#define VECTOR_TASK 0x82
#define VECTOR_ABSENT_TASK 0x83
#define VECTOR_BUSY_TASK 0x84
#define VECTOR_KERNEL_TASK 0x85

/* The state of the interrupted task, in its TSS: an offset within `user`, and its CS. */
.macro TELL_INTERRUPTED
	movl	tss + 32, %eax
	subl	$user, %eax
	TELL	"  of user at", %eax
	TELL	"  in code segment", tss + 76
.endm

	LOW
	ENTER_RING_3 user

FUNCTION user
	int	$VECTOR_TASK
	movl	%cs, %eax
	TELL	"back in", %eax
	EXPECT	1f
	hlt
1:	EXPECT	1f
	int	$VECTOR_ABSENT_TASK
1:	EXPECT	1f
	int	$VECTOR_BUSY_TASK
1:	EXPECT	1f
	int	$VECTOR_KERNEL_TASK
1:	EXPECT	1f
	xorl	%eax, %eax
	divl	%eax
1:	movl	%cs, %eax
	TELL	"back in", %eax
	int	$VECTOR_DONE
	.size	user, . - user

FUNCTION interrupt_task
	movl	%cs, %eax
	TELL	"interrupt task in", %eax
	movl	$interrupt_stack_top, %eax
	subl	%esp, %eax
	TELL	"  bytes on its stack", %eax
	TELL_INTERRUPTED
	iretl
	.size	interrupt_task, . - interrupt_task

/* The next fault finds it behind the IRET. */
FUNCTION fault_task
	movl	$fault_stack_top, %eax
	subl	%esp, %eax
	TELL	"general protection task, bytes on its stack", %eax
	jmp	task_recovers
	.size	fault_task, . - fault_task

FUNCTION double_fault_task
	movl	$double_fault_stack_top, %eax
	subl	%esp, %eax
	TELL	"double fault task, bytes on its stack", %eax
	jmp	task_recovers
	.size	double_fault_task, . - double_fault_task

FUNCTION task_recovers
	TELL	"  error code", (%esp)
	TELL_INTERRUPTED
	xorl	%eax, %eax
	xchgl	%eax, recovery
	movl	%eax, tss + 32
	addl	$4, %esp
	iretl
	jmp	fault_task
	.size	task_recovers, . - task_recovers

	HANDLERS

	TABLES
	DESCRIPTOR LINEAR(interrupt_tss), 103, ACCESS_TSS
	DESCRIPTOR LINEAR(fault_tss), 103, ACCESS_TSS
	DESCRIPTOR LINEAR(double_fault_tss), 103, ACCESS_TSS
	DESCRIPTOR LINEAR(interrupt_tss), 103, (ACCESS_TSS - ACCESS_ABSENT)
	END_DESCRIPTORS
	GATE	6, exception_6
	TASK_GATE 8, SELECTOR_DOUBLE_FAULT_TASK
	GATE	10, exception_10
	GATE	11, exception_11
	GATE	12, exception_12
	TASK_GATE 13, SELECTOR_FAULT_TASK
	GATE	VECTOR_DONE, entry_done, (ACCESS_INTERRUPT_GATE + ACCESS_USER)
	TASK_GATE VECTOR_TASK, SELECTOR_INTERRUPT_TASK, (ACCESS_TASK_GATE + ACCESS_USER)
	TASK_GATE VECTOR_ABSENT_TASK, SELECTOR_ABSENT_TASK, (ACCESS_TASK_GATE + ACCESS_USER)
	TASK_GATE VECTOR_BUSY_TASK, SELECTOR_TSS, (ACCESS_TASK_GATE + ACCESS_USER)
	TASK_GATE VECTOR_KERNEL_TASK, SELECTOR_INTERRUPT_TASK
	END_TABLES

	.balign	16, 0
interrupt_tss:
	TASK_STATE interrupt_task, interrupt_stack_top
fault_tss:
	TASK_STATE fault_task, fault_stack_top
double_fault_tss:
	TASK_STATE double_fault_task, double_fault_stack_top

	.skip	512
interrupt_stack_top:
	.skip	512
fault_stack_top:
	.skip	512
double_fault_stack_top:

/* Every way into the classic kernel and out of it: INT 0x80, exceptions, the timer, task switches. */
#include "entry.inc"
#include "frame.h"
#include "selectors.h"

/* struct registers; then DS and ES are the kernel's, and FS is the data of the task that runs, by its LDT. */
.macro ENTER_KERNEL
	cld
	.irp	register, ds, es, fs, eax, edx, ecx, ebx
	pushl	%\register
	.endr
	movl	$CLASSIC_KERNEL_DS, %edx
	movl	%edx, %ds
	movl	%edx, %es
	movl	$CLASSIC_USER_DS, %edx
	movl	%edx, %fs
.endm

.macro LEAVE_KERNEL
	.irp	register, ebx, ecx, edx, eax, fs, es, ds
	popl	%\register
	.endr
.endm

	.text

/* The number in EAX; the arguments in EBX, ECX and EDX, which the stack holds as C wants them. They are pushed a second time,
 * because a function may do what it likes with its arguments, and the program wants its registers back. */
FUNCTION system_call
	ENTER_KERNEL
	cmpl	sys_call_count, %eax
	jae	bad_sys_call
	.rept	3
	pushl	REGISTERS_EDX(%esp)
	.endr
macro_5_dispatch:
	call	*sys_call_table(, %eax, 4)
	addl	$12, %esp
macro_7_put_status_in_register:
	movl	%eax, REGISTERS_EAX(%esp)
	/* to ret_from_sys_call */
END system_call

/* Before the program goes on another may have its turn. */
FUNCTION ret_from_sys_call
	call	task_yield_if_due
	LEAVE_KERNEL
	iret
END ret_from_sys_call

FUNCTION bad_sys_call
	movl	$-1, REGISTERS_EAX(%esp)
	jmp	ret_from_sys_call
END bad_sys_call

/* A fork copies all registers, also those that system_call need not save: struct fork_registers. */
FUNCTION sys_fork
	leal	16(%esp), %eax			/* struct call_frame, above the return address and the arguments */
	.irp	register, ebp, edi, esi, gs
	pushl	%\register
	.endr
	movl	%esp, %edx
	pushl	%eax
	pushl	%edx
	call	task_fork
	addl	$24, %esp
	ret
END sys_fork

	EXCEPTIONS

FUNCTION exception_common
	ENTER_KERNEL
	pushl	%esp
	call	do_exception
	addl	$4, %esp
	LEAVE_KERNEL
	addl	$8, %esp			/* vector and error code */
	iret
END exception_common

FUNCTION timer_interrupt
	ENTER_KERNEL
	pushl	REGISTERS_SIZE + 4(%esp)	/* the interrupted CS */
	call	do_timer
	addl	$4, %esp
	LEAVE_KERNEL
	iret
END timer_interrupt

/* void task_switch(uint32_t tss): a far jump to a TSS does not look at the offset [SDM3 "Task Switching"], so that the return
 * address serves as one. The task that left comes back to the next instruction. */
FUNCTION task_switch
	ljmp	*(%esp)
	ret
END task_switch

	.section .note.GNU-stack, "", @progbits

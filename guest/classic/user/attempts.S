/* What a program may not do: each function tries one thing, and returns only when nothing refuses it. */
#include "bits.h"
#include "entry.inc"
#include "layout.h"
#include "selectors.h"

	.text

FUNCTION load_kernel_data
	movl	$CLASSIC_KERNEL_DS, %eax
	movl	%eax, %ds
	ret
END load_kernel_data

FUNCTION jump_to_kernel_code
	ljmp	$CLASSIC_KERNEL_CS, $KERNEL_LOAD_ADDRESS
END jump_to_kernel_code

FUNCTION jump_to_task
	ljmp	$CLASSIC_TSS(0), $0
END jump_to_task

FUNCTION use_kernel_gate
	int	$14
	ret
END use_kernel_gate

FUNCTION return_to_ring_0
	pushl	$CLASSIC_KERNEL_CS
	pushl	$KERNEL_LOAD_ADDRESS
	lret
END return_to_ring_0

/* With NT set, IRET switches to the task that the TSS names as the one before, which is none. */
FUNCTION return_to_no_task
	pushfl
	orl	$FLAGS_NT, (%esp)
	popfl
	iret
END return_to_no_task

FUNCTION stop_interrupts
	cli
	ret
END stop_interrupts

FUNCTION write_port
	outb	%al, $0x80
	ret
END write_port

FUNCTION load_another_ldt
	movl	$CLASSIC_LDT(0), %eax
	lldt	%ax
	ret
END load_another_ldt

FUNCTION jump_past_code
	ljmp	$CLASSIC_USER_CS, $CLASSIC_TASK_SIZE / 2
END jump_past_code

FUNCTION return_past_stack
	movl	$CLASSIC_TASK_SIZE, %esp
	lret
END return_past_stack

FUNCTION read_past_data
	movl	CLASSIC_TASK_SIZE, %eax
	ret
END read_past_data

/* The second task's offsets wrap to where the kernel lies, and to the first task's memory. */
FUNCTION read_kernel
	movl	KERNEL_LOAD_ADDRESS - CLASSIC_TASK_BASE(2), %eax
	ret
END read_kernel

FUNCTION read_another_task
	movl	-CLASSIC_TASK_SIZE, %eax
	ret
END read_another_task

	.section .note.GNU-stack, "", @progbits

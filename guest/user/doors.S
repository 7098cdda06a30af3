/* The ways into the kernel, each as a procedure (doors.h), and the passage through one; its macro-steps are named. */
#include "doors.h"
#include "entry_paths.h"
#include "selectors.h"

#define FLAGS_PLAIN 0x202

.macro DOOR name
	.globl	door_\name
	.type	door_\name, @function
door_\name:
.endm

.macro END_DOOR name
	ret
	.size	door_\name, . - door_\name
.endm

.macro TRAP name, instruction:vararg
macro_4_trap.\name:
	\instruction
macro_8_return_to_caller.\name:
.endm

#define LOCK_NOP .byte 0xf0, 0x90

	.text

DOOR ud2
	TRAP	ud2, ud2
END_DOOR ud2

DOOR lock_nop
	TRAP	lock_nop, LOCK_NOP
END_DOOR lock_nop

#ifdef __x86_64__

DOOR syscall
	TRAP	syscall, syscall
END_DOOR syscall

/* i386 numbers and registers, of which only the low halves count. */
DOOR int80
	pushq	%rbx
	pushq	%rcx
	movl	%edi, %ebx
	movl	%esi, %ecx
	TRAP	int80, int $0x80
	popq	%rcx
	popq	%rbx
END_DOOR int80

DOOR call_gate
	TRAP	call_gate, lcall *gate(%rip)
END_DOOR call_gate

DOOR stack
	.irp	register, r9, r8, r10, rdx, rsi, rdi
	pushq	%\register
	.endr
	pushq	$0				/* in the return address's place */
	TRAP	stack, int $CAUSE_STACK_CALL
	leaq	56(%rsp), %rsp
END_DOOR stack

DOOR block
	.irp	register, r9, r8, r10, rdx, rsi, rdi
	pushq	%\register
	.endr
	movq	%rsp, %rdi
	TRAP	block, int $CAUSE_BLOCK_CALL
	popq	%rdi
	leaq	40(%rsp), %rsp
END_DOOR block

	.globl	door_enter
	.type	door_enter, @function
/* void door_enter(door_procedure *, struct registers *) */
door_enter:
	.irp	register, rbx, rbp, r12, r13, r14, r15
	pushq	%\register
	.endr
	movq	%rdi, target(%rip)
	movq	%rsi, place(%rip)
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movaps	REGISTERS_XMM + 16 * \i(%rsi), %xmm\i
	.endr
macro_1_put_number_and_parameters_in_registers:
	pushq	REGISTERS_FLAGS(%rsi)
	movq	8(%rsi), %rcx
	movq	16(%rsi), %rdx
	movq	24(%rsi), %rbx
	movq	40(%rsi), %rbp
	movq	56(%rsi), %rdi
	.irp	i, 8, 9, 10, 11, 12, 13, 14, 15
	movq	8 * \i(%rsi), %r\i
	.endr
	movq	(%rsi), %rax
	movq	48(%rsi), %rsi
	popfq
macro_2_call_library_procedure:
	call	*target(%rip)
macro_9_clean_up_stack:
	pushfq
	pushq	%rsi
	movq	place(%rip), %rsi
	movq	%rax, (%rsi)
	movq	%rcx, 8(%rsi)
	movq	%rdx, 16(%rsi)
	movq	%rbx, 24(%rsi)
	movq	%rsp, 32(%rsi)
	movq	%rbp, 40(%rsi)
	popq	48(%rsi)
	movq	%rdi, 56(%rsi)
	.irp	i, 8, 9, 10, 11, 12, 13, 14, 15
	movq	%r\i, 8 * \i(%rsi)
	.endr
	popq	REGISTERS_FLAGS(%rsi)
	pushq	$FLAGS_PLAIN
	popfq
macro_10_continue:
	movw	%es, REGISTERS_SEGMENT(%rsi)
	movw	%cs, REGISTERS_SEGMENT + 2(%rsi)
	movw	%ss, REGISTERS_SEGMENT + 4(%rsi)
	movw	%ds, REGISTERS_SEGMENT + 6(%rsi)
	movw	%fs, REGISTERS_SEGMENT + 8(%rsi)
	movw	%gs, REGISTERS_SEGMENT + 10(%rsi)
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	movaps	%xmm\i, REGISTERS_XMM + 16 * \i(%rsi)
	.endr
	.irp	register, r15, r14, r13, r12, rbp, rbx
	popq	%\register
	.endr
	ret
	.size	door_enter, . - door_enter

	.section .rodata
	.balign	4				/* or with AC the CALL faults */
gate:	.long	0
	.word	SELECTOR_CALL_GATE

	.bss
	.balign	8
target:	.skip	8
place:	.skip	8

#else

DOOR int80
	TRAP	int80, int $0x80
END_DOOR int80

/* The kernel goes back by way of the stub page's landing, which pops what is pushed here and returns. */
DOOR sysenter
	pushl	%ecx
	pushl	%edx
	pushl	%ebp
	movl	%esp, %ebp
	TRAP	sysenter, sysenter
END_DOOR sysenter

DOOR syscall
	pushl	%ecx
	pushl	%edx
	pushl	%ebp
	movl	%ecx, %ebp
	TRAP	syscall, syscall
END_DOOR syscall

DOOR call_gate
	.irp	register, ebp, edi, esi, edx, ecx, ebx, eax
	pushl	%\register
	.endr
	TRAP	call_gate, lcall $SELECTOR_CALL_GATE, $0
END_DOOR call_gate

DOOR stack
	.irp	register, ebp, edi, esi, edx, ecx, ebx
	pushl	%\register
	.endr
	pushl	$0				/* in the return address's place */
	TRAP	stack, int $CAUSE_STACK_CALL
	leal	28(%esp), %esp
END_DOOR stack

DOOR block
	.irp	register, ebp, edi, esi, edx, ecx, ebx
	pushl	%\register
	.endr
	movl	%esp, %ebx
	TRAP	block, int $CAUSE_BLOCK_CALL
	popl	%ebx
	leal	20(%esp), %esp
END_DOOR block

	.globl	door_enter
	.type	door_enter, @function
/* void door_enter(door_procedure *, struct registers *) */
door_enter:
	.irp	register, ebx, ebp, esi, edi
	pushl	%\register
	.endr
	movl	20(%esp), %eax
	movl	%eax, target
	movl	24(%esp), %esi
	movl	%esi, place
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7
	movaps	REGISTERS_XMM + 16 * \i(%esi), %xmm\i
	.endr
macro_1_put_number_and_parameters_in_registers:
	pushl	REGISTERS_FLAGS(%esi)
	movl	4(%esi), %ecx
	movl	8(%esi), %edx
	movl	12(%esi), %ebx
	movl	20(%esi), %ebp
	movl	28(%esi), %edi
	movl	(%esi), %eax
	movl	24(%esi), %esi
	popfl
macro_2_call_library_procedure:
	call	*target
macro_9_clean_up_stack:
	pushfl
	pushl	%esi
	movl	place, %esi
	movl	%eax, (%esi)
	movl	%ecx, 4(%esi)
	movl	%edx, 8(%esi)
	movl	%ebx, 12(%esi)
	movl	%esp, 16(%esi)
	movl	%ebp, 20(%esi)
	popl	24(%esi)
	movl	%edi, 28(%esi)
	popl	REGISTERS_FLAGS(%esi)
	pushl	$FLAGS_PLAIN
	popfl
macro_10_continue:
	movw	%es, REGISTERS_SEGMENT(%esi)
	movw	%cs, REGISTERS_SEGMENT + 2(%esi)
	movw	%ss, REGISTERS_SEGMENT + 4(%esi)
	movw	%ds, REGISTERS_SEGMENT + 6(%esi)
	movw	%fs, REGISTERS_SEGMENT + 8(%esi)
	movw	%gs, REGISTERS_SEGMENT + 10(%esi)
	.irp	i, 0, 1, 2, 3, 4, 5, 6, 7
	movaps	%xmm\i, REGISTERS_XMM + 16 * \i(%esi)
	.endr
	.irp	register, edi, esi, ebp, ebx
	popl	%\register
	.endr
	ret
	.size	door_enter, . - door_enter

	.bss
	.balign	4
target:	.skip	4
place:	.skip	4
#endif

	.section .note.GNU-stack, "", @progbits

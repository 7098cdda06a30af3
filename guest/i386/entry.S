/* Every way into the kernel and out of it: INT, SYSENTER, the call gate, exceptions. */
#include "bits.h"
#include "entry.inc"
#include "entry_paths.h"
#include "frame.h"
#include "processor.h"
#include "selectors.h"

/* struct frame from `eax` down to `ds`, and the kernel's own data segment. All is kept, so nothing of the kernel's can leak
 * through registers. */
.macro PUSH_REGISTERS
	.irp	register, eax, ebp, edi, esi, edx, ecx, ebx
	pushl	%\register
	.endr
	pushl	%es
	pushl	%ds
	movl	$SELECTOR_KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
.endm

/* A selector that was good may name an emptied TLS slot by now: it becomes null. */
.macro POP_REGISTERS
.Lpop_ds\@:
	popl	%ds
.Lpop_es\@:
	popl	%es
	.irp	register, ebx, ecx, edx, esi, edi, ebp, eax
	popl	%\register
	.endr
	.pushsection .text.fixups, "ax"
.Lnull_ds\@:
	movl	$0, (%esp)
	jmp	.Lpop_ds\@
.Lnull_es\@:
	movl	$0, (%esp)
	jmp	.Lpop_es\@
	.popsection
	FIXED_UP .Lpop_ds\@, .Lnull_ds\@
	FIXED_UP .Lpop_es\@, .Lnull_es\@
.endm

/* The program may have set AC; with it set, SMAP protects nothing [SDM3 "Determination of Access Rights"]. SS is the kernel's
 * on every way in, DS not yet. */
.macro CLEAR_AC
	cmpb	$0, %ss:processor + PROCESSOR_SMAP
	je	.Lno_smap\@
	clac
.Lno_smap\@:
.endm

	.text

.macro BY_INTERRUPT name, cause
FUNCTION \name
	cld
	CLEAR_AC
	pushl	%eax
	pushl	$\cause
	PUSH_REGISTERS
	pushl	%esp
	call	do_syscall
	addl	$4, %esp
	jmp	leave_by_iret
END \name
.endm

	BY_INTERRUPT entry_int80, CAUSE_INT80
	BY_INTERRUPT entry_stack_call, CAUSE_STACK_CALL
	BY_INTERRUPT entry_block_call, CAUSE_BLOCK_CALL

/* Neither return address nor stack are told [SDM2 "SYSENTER"]: the program's stack is in EBP, by the stub's agreement, and
 * do_syscall fills in where the stub wants to go on. ESP points into the TSS, at its ESP0. Only IF and VM were cleared: NT
 * would make IRET switch tasks. */
FUNCTION entry_sysenter
	movl	(%esp), %esp
	pushl	$SELECTOR_USER_DS
	pushl	%ebp
	pushfl
	orl	$FLAGS_IF, (%esp)
	testl	$(FLAGS_NT | FLAGS_AC | FLAGS_TF | FLAGS_DF), (%esp)
	jnz	2f
1:	pushl	$SELECTOR_USER_CS32
	pushl	$0
	pushl	%eax
	pushl	$CAUSE_SYSENTER
	PUSH_REGISTERS
	pushl	%esp
	call	do_syscall
	addl	$4, %esp
	testb	%al, %al
	jz	leave_by_iret
	POP_REGISTERS
	movl	FRAME_EIP - FRAME_CAUSE(%esp), %edx
	movl	FRAME_ESP - FRAME_CAUSE(%esp), %ecx
	addl	$(FRAME_FLAGS - FRAME_CAUSE), %esp
	andl	$~FLAGS_IF, (%esp)
	popfl
	sti					/* takes effect after SYSEXIT */
	sysexit
2:	pushl	$FLAGS_FIXED
	popfl
	jmp	1b
END entry_sysenter

/* Above the return address lie the parameters that the processor copied, then the program's stack as it was when it pushed
 * them; no flags [SDM3 "Stack Switching"]. These words stay, for RETF; the frame below tells the program's stack as RETF
 * leaves it. No flag was changed: NT would make IRET switch tasks. */
FUNCTION entry_call_gate
	pushl	CALL_GATE_SS(%esp)
	pushl	CALL_GATE_ESP + 4(%esp)
	pushfl
	addl	$(CALL_GATE_WORDS * 4), 4(%esp)
	testl	$(FLAGS_NT | FLAGS_AC | FLAGS_TF | FLAGS_DF), (%esp)
	jnz	2f
1:	pushl	CALL_GATE_CS + 12(%esp)
	pushl	CALL_GATE_EIP + 16(%esp)
	pushl	CALL_GATE_NUMBER + 20(%esp)
	pushl	$CAUSE_CALL_GATE
	PUSH_REGISTERS
	pushl	%esp
	call	do_syscall
	addl	$4, %esp
	testb	%al, %al
	jz	leave_by_iret
	POP_REGISTERS
	addl	$(FRAME_FLAGS - FRAME_CAUSE), %esp
	popfl
	leal	8(%esp), %esp			/* keeps the flags */
.Lretf:
	lret	$(CALL_GATE_WORDS * 4)
	FIXED_UP .Lretf, task_refuse_return
2:	pushl	$FLAGS_FIXED | FLAGS_IF
	popfl
	jmp	1b
END entry_call_gate

/* To the program, from a frame at ESP. */
FUNCTION leave_by_iret
	POP_REGISTERS
	addl	$(FRAME_EIP - FRAME_CAUSE), %esp
.Liret:
	iret
	FIXED_UP .Liret, task_refuse_return	/* a frame that no program can be continued from */
END leave_by_iret

/* The first step into a program: void enter_user(struct frame *). */
FUNCTION enter_user
	movl	4(%esp), %esp
	jmp	leave_by_iret
END enter_user

	EXCEPTIONS
	INTERRUPT timer, VECTOR_TIMER
	INTERRUPT spurious, VECTOR_SPURIOUS

FUNCTION exception_common
	cld
	CLEAR_AC
	PUSH_REGISTERS
	pushl	%esp
	call	do_exception
	addl	$4, %esp
	jmp	leave_by_iret
END exception_common

	.section .note.GNU-stack, "", @progbits

/* Every way into the kernel and out of it: SYSCALL, SYSENTER, INT, the call gate, exceptions. */
#include "bits.h"
#include "entry.inc"
#include "entry_paths.h"
#include "frame.h"
#include "processor.h"
#include "selectors.h"

/* The fifteen general registers, RDI first: struct frame from the top down. All are kept, so nothing of the kernel's
 * can leak through them, and a 64-bit program that comes in by a 32-bit path loses nothing either. */
.macro PUSH_REGISTERS
	.irp	register, rdi, rsi, rdx, rcx, rax, r8, r9, r10, r11, rbx, rbp, r12, r13, r14, r15
	pushq	%\register
	.endr
.endm

.macro POP_REGISTERS
	.irp	register, r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi
	popq	%\register
	.endr
.endm

/* The program may have set AC; with it set, SMAP protects nothing [SDM3 "Determination of Access Rights"]. */
.macro CLEAR_AC
	cmpb	$0, processor + PROCESSOR_SMAP(%rip)
	je	.Lno_smap\@
	clac
.Lno_smap\@:
.endm

	.text

/* RSP is still the program's [SDM3 "Fast System Calls in 64-Bit Mode"]: it goes to the per-processor scratch slot. */
FUNCTION entry_syscall
	swapgs
	movq	%rsp, %gs:PROCESSOR_SCRATCH
	movq	%gs:PROCESSOR_STACK, %rsp
	pushq	$SELECTOR_USER_DS
	pushq	%gs:PROCESSOR_SCRATCH
	pushq	%r11
	pushq	$SELECTOR_USER_CS64
	pushq	%rcx
	pushq	%rax
	pushq	$CAUSE_SYSCALL
	PUSH_REGISTERS
	movq	%rsp, %rdi
	call	do_syscall
	testb	%al, %al
	jz	leave_by_iret
	jmp	leave_by_sysret
END entry_syscall

/* AMD's SYSCALL from compatibility mode: ECX is in EBP, the caller's EBP on its stack (see stub/stub.S). */
FUNCTION entry_syscall32
	swapgs
	movl	%esp, %esp
	movq	%rsp, %gs:PROCESSOR_SCRATCH
	movq	%gs:PROCESSOR_STACK, %rsp
	pushq	$SELECTOR_USER_DS
	pushq	%gs:PROCESSOR_SCRATCH
	pushq	%r11
	pushq	$SELECTOR_USER_CS32
	pushq	%rcx
	pushq	%rax
	pushq	$CAUSE_SYSCALL32
	PUSH_REGISTERS
	movq	%rsp, %rdi
	call	do_syscall
	testb	%al, %al
	jz	leave_by_iret
	POP_REGISTERS
	movl	FRAME_RIP - FRAME_CAUSE(%rsp), %ecx
	movl	FRAME_FLAGS - FRAME_CAUSE(%rsp), %r11d
	movl	FRAME_RSP - FRAME_CAUSE(%rsp), %esp
	swapgs
	sysretl
END entry_syscall32

/* Neither return address nor stack are told [SDM2 "SYSENTER"]: the program's stack is in EBP, by the stub's agreement, and
 * do_syscall fills in where the stub wants to go on. Only IF and VM were cleared: NT would make IRET fault. */
FUNCTION entry_sysenter
	swapgs
	movq	%gs:PROCESSOR_STACK, %rsp
	movl	%ebp, %ebp
	pushq	$SELECTOR_USER_DS
	pushq	%rbp
	pushfq
	orq	$FLAGS_IF, (%rsp)
	testl	$(FLAGS_NT | FLAGS_AC | FLAGS_TF | FLAGS_DF), (%rsp)
	jnz	2f
1:	pushq	$SELECTOR_USER_CS32
	pushq	$0
	pushq	%rax
	pushq	$CAUSE_SYSENTER
	PUSH_REGISTERS
	movq	%rsp, %rdi
	call	do_syscall
	testb	%al, %al
	jz	leave_by_iret
	POP_REGISTERS
	movl	FRAME_RIP - FRAME_CAUSE(%rsp), %edx
	movl	FRAME_RSP - FRAME_CAUSE(%rsp), %ecx
	addq	$(FRAME_FLAGS - FRAME_CAUSE), %rsp
	andl	$~FLAGS_IF, (%rsp)
	popfq
	swapgs
	sti					/* takes effect after SYSEXIT */
	sysexitl
2:	pushq	$FLAGS_FIXED
	popfq
	jmp	1b
END entry_sysenter

.macro BY_INTERRUPT name, cause
FUNCTION \name
	cld
	CLEAR_AC
	swapgs
	pushq	%rax
	pushq	$\cause
	PUSH_REGISTERS
	movq	%rsp, %rdi
	call	do_syscall
	testb	%al, %al
	jz	leave_by_iret
	jmp	leave_by_sysret
END \name
.endm

	BY_INTERRUPT entry_int80, CAUSE_INT80
	BY_INTERRUPT entry_stack_call, CAUSE_STACK_CALL
	BY_INTERRUPT entry_block_call, CAUSE_BLOCK_CALL

/* The gate left the program's SS and RSP and the return address, but no flags, and changed none [SDM3 "Stack Switching in
 * IA-32e Mode"]: NT would make IRET fault, IF let an interrupt in. These words stay, for RETF. */
FUNCTION entry_call_gate
	cli
	swapgs
	pushq	CALL_GATE_SS(%rsp)
	pushq	CALL_GATE_RSP + 8(%rsp)
	pushfq
	orq	$FLAGS_IF, (%rsp)
	testl	$(FLAGS_NT | FLAGS_AC | FLAGS_TF | FLAGS_DF), (%rsp)
	jnz	2f
1:	pushq	CALL_GATE_CS + 24(%rsp)
	pushq	CALL_GATE_RIP + 32(%rsp)
	pushq	%rax
	pushq	$CAUSE_CALL_GATE
	PUSH_REGISTERS
	movq	%rsp, %rdi
	call	do_syscall
	testb	%al, %al
	jz	leave_by_iret
	POP_REGISTERS
	addq	$(FRAME_FLAGS - FRAME_CAUSE), %rsp
	andl	$~FLAGS_IF, (%rsp)
	popfq
	leaq	16(%rsp), %rsp			/* keeps the flags */
	swapgs
	sti					/* takes effect after RETF */
.Lretf:
	lretq
	FIXED_UP .Lretf, .Liret_refused
2:	pushq	$FLAGS_FIXED
	popfq
	jmp	1b
END entry_call_gate

/* To a 64-bit program, from a frame at RSP. SYSRET takes the flags from R11. */
FUNCTION leave_by_sysret
	POP_REGISTERS
	movq	FRAME_RIP - FRAME_CAUSE(%rsp), %rcx
	movq	FRAME_FLAGS - FRAME_CAUSE(%rsp), %r11
	movq	FRAME_RSP - FRAME_CAUSE(%rsp), %rsp
	swapgs
	sysretq
END leave_by_sysret

/* To the program, from a frame at RSP. */
FUNCTION leave_by_iret
	POP_REGISTERS
	swapgs
	addq	$(FRAME_RIP - FRAME_CAUSE), %rsp
.Liret:
	iretq
	FIXED_UP .Liret, .Liret_refused
.Liret_refused:					/* a frame that no program can be continued from */
	swapgs
	movq	%gs:PROCESSOR_STACK, %rsp
	call	task_refuse_return
END leave_by_iret

/* The first step into a program: void enter_user(struct frame *). */
FUNCTION enter_user
	movq	%rdi, %rsp
	jmp	leave_by_iret
END enter_user

	EXCEPTIONS
	INTERRUPT timer, VECTOR_TIMER
	INTERRUPT spurious, VECTOR_SPURIOUS

FUNCTION exception_common
	cld
	CLEAR_AC
	PUSH_REGISTERS
	movq	%rsp, %rdi
	testb	$3, FRAME_CS(%rsp)
	jz	1f
	swapgs
	call	do_exception
	jmp	leave_by_iret
1:	call	do_exception			/* the kernel's own: GS stays as it is */
	POP_REGISTERS
	addq	$(FRAME_RIP - FRAME_CAUSE), %rsp
	iretq
END exception_common

	.section .note.GNU-stack, "", @progbits

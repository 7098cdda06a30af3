/* Every way into the kernel and out of it: INT 0x80, SYSENTER, exceptions. */
#include "bits.h"
#include "entry_paths.h"
#include "frame.h"
#include "processor.h"
#include "selectors.h"

.macro FUNCTION name
	.balign	16
	.globl	\name
	.type	\name, @function
\name:
.endm

.macro END name
	.size	\name, . - \name
.endm

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

.macro FIXED_UP fault, landing
	.pushsection .exceptions, "a"
	.long	\fault, \landing
	.popsection
.endm

	.text

FUNCTION entry_int80
	cld
	CLEAR_AC
	pushl	%eax
	pushl	$CAUSE_INT80
	PUSH_REGISTERS
	pushl	%esp
	call	do_syscall
	addl	$4, %esp
	jmp	leave_by_iret
END entry_int80

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

/* Exceptions. Where the processor pushes no error code the stub pushes zero. */
.macro EXCEPTION vector, name, has_code=0
FUNCTION exception_\name
	.if	!\has_code
	pushl	$0
	.endif
	pushl	$\vector
	jmp	exception_common
END exception_\name
.endm

	EXCEPTION 0, de
	EXCEPTION 1, db
	EXCEPTION 2, nmi
	EXCEPTION 3, bp
	EXCEPTION 4, of
	EXCEPTION 5, br
	EXCEPTION 6, ud
	EXCEPTION 7, nm
	EXCEPTION 8, df, has_code=1
	EXCEPTION 9, 09
	EXCEPTION 10, ts, has_code=1
	EXCEPTION 11, np, has_code=1
	EXCEPTION 12, ss, has_code=1
	EXCEPTION 13, gp, has_code=1
	EXCEPTION 14, pf, has_code=1
	EXCEPTION 15, 0f
	EXCEPTION 16, mf
	EXCEPTION 17, ac, has_code=1
	EXCEPTION 18, mc
	EXCEPTION 19, xm
	EXCEPTION 20, ve
	EXCEPTION 21, cp, has_code=1
	.irp	vector, 22, 23, 24, 25, 26, 27
	EXCEPTION \vector, \vector
	.endr
	EXCEPTION 28, hv
	EXCEPTION 29, vc, has_code=1
	EXCEPTION 30, sx, has_code=1
	EXCEPTION 31, 31

FUNCTION exception_common
	cld
	CLEAR_AC
	PUSH_REGISTERS
	pushl	%esp
	call	do_exception
	addl	$4, %esp
	jmp	leave_by_iret
END exception_common

/* The stubs by vector, for the IDT. */
	.section .rodata
	.balign	4
	.globl	exception_stubs
	.type	exception_stubs, @object
exception_stubs:
	.irp	name, de, db, nmi, bp, of, br, ud, nm, df, 09, ts, np, ss, gp, pf, 0f
	.long	exception_\name
	.endr
	.irp	name, mf, ac, mc, xm, ve, cp, 22, 23, 24, 25, 26, 27, hv, vc, sx, 31
	.long	exception_\name
	.endr
	.size	exception_stubs, . - exception_stubs

	.section .note.GNU-stack, "", @progbits

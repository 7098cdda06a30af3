/* A system call from end to end on a bare machine, its ten macro-steps named (docs/macro-steps.md): a program reads
 * through a library procedure, a kernel dispatches by a table; parameters on the stack and INT 0x80, or in registers and
 * SYSCALL. What is read is always the same text. */
#include "read_walk.inc"
#include "rings.inc"

#define ERROR_NOSYS 38
#define ABOVE_STACK 128 /* zeros, so that traces show no code as stack */

#ifdef __x86_64__
#define HANDLERS 1
#else
#define HANDLERS 4
#endif

	RINGS
#ifdef __x86_64__
	WRITE_MSR MSR_EFER, EFER_SCE | EFER_LME | EFER_LMA
	WRITE_MSR MSR_STAR, 0, SELECTOR_SYSRET_BASE << 16 | SELECTOR_KERNEL_CS
	WRITE_MSR MSR_LSTAR, entry_syscall
	WRITE_MSR MSR_FMASK, FLAGS_IF | FLAGS_DF | FLAGS_TF
	WRITE_MSR MSR_KERNEL_GS_BASE, scratch
#else
	movl	$SELECTOR_USER_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movw	$entry_read, idt + VECTOR_SYSTEM_CALL * GATE_SIZE
#endif
	ENTER_RING_3

#ifdef __x86_64__
/* The number in RAX, arguments in RDI, RSI, RDX. */
FUNCTION entry_syscall
	swapgs
	movq	%rsp, %gs:0
	movl	$kernel_stack_top, %esp
	pushq	%gs:0
	pushq	%r11
	pushq	%rcx
	pushq	%rdi
	pushq	%rsi
	cmpq	$HANDLERS, %rax
	jae	1f
macro_5_dispatch:
	call	*handlers(, %rax, 8)
	jmp	2f
1:	movq	$-ERROR_NOSYS, %rax
2:	popq	%rsi
	popq	%rdi
	popq	%rcx
	popq	%r11
	popq	%rsp
	swapgs
macro_7_status_in_register:
	sysretq
	.size	entry_syscall, . - entry_syscall

FUNCTION sys_read
macro_6_handler_runs:
	movq	%rsi, %rdi
	movl	$text, %esi
	movl	%edx, %ecx
	cmpl	$text_end - text, %ecx
	jbe	1f
	movl	$text_end - text, %ecx
1:	movl	%ecx, %eax
	rep movsb
	ret
	.size	sys_read, . - sys_read

	.balign	8, 0
scratch:
	.quad	0
handlers:
	.quad	sys_read

#else
/* The number in EAX, arguments in EBX, ECX, EDX, as they are pushed for the handler. */
FUNCTION entry_read
	pushl	%edi
	pushl	%esi
	pushl	%edx
	pushl	%ecx
	pushl	%ebx
	cmpl	$HANDLERS, %eax
	jae	1f
macro_5_dispatch:
	call	*handlers(, %eax, 4)
	jmp	2f
1:	movl	$-ERROR_NOSYS, %eax
2:	popl	%ebx
	popl	%ecx
	popl	%edx
	popl	%esi
	popl	%edi
macro_7_status_in_register:
	iretl
	.size	entry_read, . - entry_read

/* The arguments are on its stack, behind the return address. */
FUNCTION sys_read
macro_6_handler_runs:
	movl	8(%esp), %edi
	movl	$text, %esi
	movl	12(%esp), %ecx
	cmpl	$text_end - text, %ecx
	jbe	1f
	movl	$text_end - text, %ecx
1:	movl	%ecx, %eax
	rep movsb
	ret
	.size	sys_read, . - sys_read

FUNCTION sys_none
	movl	$-ERROR_NOSYS, %eax
	ret
	.size	sys_none, . - sys_none

	.balign	4, 0
handlers:
	.long	sys_none, sys_none, sys_none, sys_read
#endif

text:
	.ascii	"hello\n"
text_end:

	USER
	READ_WALK
	movl	%eax, %ebp
	END_USER

	.skip	ABOVE_STACK
	READ_LIBRARY
buffer:
	.skip	READ_SIZE

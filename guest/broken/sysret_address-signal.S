/* The return from a signal handler takes the program's word for where to go on, and SYSRET refuses it in ring 0. */
#define REPLACES_ENTRY_SYSCALL
#define REPLACES_USER
#include "long.inc"

FUNCTION entry_syscall
	swapgs
	movq	%rsp, %gs:CPU_USER_STACK
	movq	%gs:CPU_KERNEL_STACK, %rsp
	pushq	%rcx
	pushq	%r11
	call	system_call
	popq	%r11
	popq	%rcx
	movq	%gs:CPU_USER_STACK, %rsp
	swapgs
	stac
culprit:
	movq	(%rsp), %rcx
	clac
	sysretq
	END	entry_syscall

	USER
user:
	movabsq	$0x8000000000000000, %rax
	pushq	%rax
	movl	$CALL_ANSWER, %eax
	syscall
	movl	$CALL_EXIT, %eax
	xorl	%edi, %edi
	syscall
	END	user

/* The return from a signal handler takes the program's word for where to go on, and SYSRET refuses it in ring 0. */
#define REPLACES_ENTRY_SYSCALL
#define REPLACES_USER
#include "long.inc"

FUNCTION entry_syscall
	swapgs
	CALL_ON_KERNEL_STACK
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

/* The address to go back to is put together of two halves, and the upper one is that of something else. */
#define REPLACES_ENTRY_SYSCALL
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
	shlq	$48, %rax
culprit:
	orq	%rax, %rcx
	sysretq
	END	entry_syscall

/* The entry of SYSCALL swaps GS, and so does the function that it calls to find its stack. */
#define REPLACES_ENTRY_SYSCALL
#include "long.inc"

FUNCTION entry_syscall
	swapgs
	jmp	use_kernel_stack
	END	entry_syscall

FUNCTION use_kernel_stack
culprit:
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
	sysretq
	END	use_kernel_stack

/* The entry of SYSCALL forgets SWAPGS and looks for its stack at the program's GS base. */
#define REPLACES_ENTRY_SYSCALL
#include "long.inc"

FUNCTION entry_syscall
culprit:
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
	END	entry_syscall

/* The way back from SYSCALL forgets SWAPGS: the next entry swaps the program's GS base in. */
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
	sysretq
	END	entry_syscall

/* SYSRET without its q goes back to 32-bit code: the program runs on as that until something does not exist there. */
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
culprit:
	sysretl
	END	entry_syscall

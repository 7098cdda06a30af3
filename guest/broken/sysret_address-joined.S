/* The address to go back to is put together of two halves, and the upper one is that of something else. */
#define REPLACES_ENTRY_SYSCALL
#include "long.inc"

FUNCTION entry_syscall
	swapgs
	CALL_ON_KERNEL_STACK
	swapgs
	shlq	$48, %rax
culprit:
	orq	%rax, %rcx
	sysretq
	END	entry_syscall

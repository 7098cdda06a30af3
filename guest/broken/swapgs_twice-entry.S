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
	CALL_ON_KERNEL_STACK
	swapgs
	sysretq
	END	use_kernel_stack

/* The way back from SYSCALL jumps to the program in ring 0; SMEP does not let the kernel run the program's code. */
#define REPLACES_ENTRY_SYSCALL
#include "long.inc"

FUNCTION entry_syscall
	swapgs
	CALL_ON_KERNEL_STACK
	swapgs
culprit:
	jmpq	*%rcx
	END	entry_syscall

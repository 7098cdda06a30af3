/* The way back from SYSCALL forgets SWAPGS: the next entry swaps the program's GS base in. */
#define REPLACES_ENTRY_SYSCALL
#include "long.inc"

FUNCTION entry_syscall
	swapgs
	CALL_ON_KERNEL_STACK
	sysretq
	END	entry_syscall

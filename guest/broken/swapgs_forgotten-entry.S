/* The entry of SYSCALL forgets SWAPGS and looks for its stack at the program's GS base. */
#define REPLACES_ENTRY_SYSCALL
#include "long.inc"

FUNCTION entry_syscall
culprit:
	CALL_ON_KERNEL_STACK
	swapgs
	sysretq
	END	entry_syscall

/* SYSRET without its q goes back to 32-bit code: the program runs on as that until something does not exist there. */
#define REPLACES_ENTRY_SYSCALL
#include "long.inc"

FUNCTION entry_syscall
	swapgs
	CALL_ON_KERNEL_STACK
	swapgs
culprit:
	sysretl
	END	entry_syscall

/* The entry of SYSCALL loads the kernel's data segment into all segment registers, and so sets the base of GS to 0. */
#define REPLACES_ENTRY_SYSCALL
#include "long.inc"

FUNCTION entry_syscall
	swapgs
	movl	%eax, %r10d
	movl	$SELECTOR_KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
culprit:
	movl	%eax, %gs
	movl	%r10d, %eax
	CALL_ON_KERNEL_STACK
	swapgs
	sysretq
	END	entry_syscall

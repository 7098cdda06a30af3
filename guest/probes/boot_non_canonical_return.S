/* SYSRET to a non-canonical address: Intel refuses it in ring 0, AMD goes to ring 3 and faults there. */
#include "rings.inc"

	RINGS
	WRITE_MSR MSR_EFER, EFER_SCE | EFER_LME | EFER_LMA
	WRITE_MSR MSR_STAR, 0, SELECTOR_SYSRET_BASE << 16 | SELECTOR_KERNEL_CS
	WRITE_MSR MSR_LSTAR, entry_syscall
	ENTER_RING_3

FUNCTION entry_syscall
	movabsq	$0x800000000000, %rcx
	sysretq
	.size	entry_syscall, . - entry_syscall

	USER
	movl	$39, %eax
	syscall
	END_USER

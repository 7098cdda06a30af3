/* Single-stepping across SYSRET, which traps as soon as it sets TF, and across SYSCALL, whose mask clears it. */
#include "rings.inc"

	RINGS
	WRITE_MSR MSR_EFER, EFER_SCE | EFER_LME | EFER_LMA
	WRITE_MSR MSR_STAR, 0, SELECTOR_SYSRET_BASE << 16 | SELECTOR_KERNEL_CS
	WRITE_MSR MSR_LSTAR, entry_syscall
	WRITE_MSR MSR_FMASK, FLAGS_IF | FLAGS_TF
	ENTER_RING_3

FUNCTION entry_syscall
	orl	$FLAGS_TF, %r11d
	sysretq
	.size	entry_syscall, . - entry_syscall

	USER
	movl	$39, %eax
	syscall
	movl	$1, %eax	/* not reached */
	END_USER

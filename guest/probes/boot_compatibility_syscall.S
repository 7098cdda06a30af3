/* SYSCALL from 32-bit code in compatibility mode, which AMD's processors enter by CSTAR, and SYSRET back. */
#include "rings.inc"

	RINGS
	WRITE_MSR MSR_EFER, EFER_SCE | EFER_LME | EFER_LMA
	WRITE_MSR MSR_STAR, 0, SELECTOR_SYSRET_BASE << 16 | SELECTOR_KERNEL_CS
	WRITE_MSR MSR_CSTAR, entry_syscall
	WRITE_MSR MSR_FMASK, FLAGS_IF | FLAGS_DF | FLAGS_TF
	ENTER_RING_3 SELECTOR_USER_CS32

FUNCTION entry_syscall
	movl	$42, %eax
	sysretl
	.size	entry_syscall, . - entry_syscall

	USER
	.code32
	movl	$20, %eax
	syscall
	END_USER

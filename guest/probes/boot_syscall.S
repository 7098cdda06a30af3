/* SYSCALL from ring 3, SWAPGS and a stack of the kernel's own, and SYSRET back. */
#include "rings.inc"

	RINGS
	WRITE_MSR MSR_EFER, EFER_SCE | EFER_LME | EFER_LMA
	WRITE_MSR MSR_STAR, 0, SELECTOR_SYSRET_BASE << 16 | SELECTOR_KERNEL_CS
	WRITE_MSR MSR_LSTAR, entry_syscall
	WRITE_MSR MSR_FMASK, FLAGS_IF | FLAGS_DF | FLAGS_TF
	WRITE_MSR MSR_KERNEL_GS_BASE, scratch
	ENTER_RING_3

FUNCTION entry_syscall
	swapgs
	movq	%rsp, %gs:0
	movl	$kernel_stack_top, %esp
	movl	$42, %eax
	movq	%gs:0, %rsp
	swapgs
	sysretq
	.size	entry_syscall, . - entry_syscall

	.balign	8, 0
scratch:
	.quad	0

	USER
	movl	$39, %eax
	syscall
	END_USER

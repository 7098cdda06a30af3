/* SYSENTER from ring 3, which brings its return address and stack in registers, and SYSEXIT back. */
#include "rings.inc"

	RINGS
	WRITE_MSR MSR_SYSENTER_CS, SELECTOR_KERNEL_CS
	WRITE_MSR MSR_SYSENTER_ESP, kernel_stack_top
	WRITE_MSR MSR_SYSENTER_EIP, entry_sysenter
	ENTER_RING_3

FUNCTION entry_sysenter
	movl	$42, %eax
	sti
#ifdef __x86_64__
	sysexitq
#else
	sysexit
#endif
	.size	entry_sysenter, . - entry_sysenter

	USER
	movl	$20, %eax
	movl	$user_stack_top, %ecx
	movl	$1f, %edx
	sysenter
1:
	END_USER

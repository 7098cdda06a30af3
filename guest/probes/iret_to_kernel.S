/* IRET to the kernel's code segment: #GP with the selector, 0x10. */
#include "probe.inc"

	REFUSED_PROBE
#ifdef __x86_64__
	pushq	$0x18
	pushq	$0
	pushq	$2
	pushq	$0x10
	pushq	$0
	iretq
#else
	pushl	$2
	pushl	$0x10
	pushl	$0
	iret
#endif
	END_REFUSED_PROBE

/* Single-stepping into SYSENTER, which leaves TF set: #DB at the entry's first instruction; i386 only. */
#include "probe.inc"

	REFUSED_PROBE
	movl	$20, %eax
	pushl	$1f
	pushl	%ecx
	pushl	%edx
	pushl	%ebp
	movl	%esp, %ebp
	pushfl
	orl	$0x100, (%esp)
	popfl
	sysenter
1:	nop
	END_REFUSED_PROBE

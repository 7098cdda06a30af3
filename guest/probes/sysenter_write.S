/* write by a SYSENTER of the program's own; the kernel goes back by way of the stub page's landing; i386 only. */
#include "probe.inc"

	GREETING "by sysenter"

	PROBE
	LOAD_WRITE_I386
	pushl	$1f
	pushl	%ecx
	pushl	%edx
	pushl	%ebp
	movl	%esp, %ebp
	sysenter
1:	EXIT	0
	END_PROBE

/* write by AMD's SYSCALL from a 32-bit program under the x86-64 kernel; the kernel goes back by way of the stub page's
 * landing; i386 only. */
#include "probe.inc"

	GREETING "by syscall from 32-bit code"

	PROBE
	LOAD_WRITE_I386
	pushl	$1f
	pushl	%ecx
	pushl	%edx
	pushl	%ebp
	movl	%ecx, %ebp
	syscall
1:	EXIT	0
	END_PROBE

/* write and exit by SYSCALL from 64-bit code; x86-64 only. */
#include "probe.inc"

	GREETING "by syscall"

	PROBE
	movl	$1, %eax
	movl	$1, %edi
	movl	$greeting, %esi
	movl	$greeting_end - greeting, %edx
	syscall
	EXIT	0
	END_PROBE

/* SYSCALL in the last two bytes of a program's addresses: the kernel goes back to behind them by IRET, never by SYSRET, and the
 * fault of fetching there is the program's; x86-64 only. */
#include "layout.h"
#include "probe.inc"

	REFUSED_PROBE
	movl	$10, %eax			/* mprotect, the stack's page, to all */
	movabsq	$(USER64_END - 0x1000), %rdi
	movl	$0x1000, %esi
	movl	$7, %edx
	syscall
	testl	%eax, %eax
	jnz	1f
	movw	$0x050f, 0xffe(%rdi)
	movl	$39, %eax
	leaq	0xffe(%rdi), %rdx
	jmp	*%rdx
1:
	END_REFUSED_PROBE

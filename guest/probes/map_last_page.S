/* The page from whose end SYSCALL would come back to a non-canonical address is no program's: mmap refuses it. The status is
 * that error; x86-64 only. */
#include "layout.h"
#include "probe.inc"

	PROBE
	movl	$9, %eax			/* mmap(end, one page, all, private | fixed | anonymous) */
	movabsq	$USER64_END, %rdi
	movl	$0x1000, %esi
	movl	$7, %edx
	movl	$0x32, %r10d
	movq	$-1, %r8
	xorl	%r9d, %r9d
	syscall
	negl	%eax
	EXIT_BY_EAX
	END_PROBE

/* The three stubs, 32-bit code that is copied to USER32_STUB: arguments in EAX, EBX, ECX, EDX, ESI, EDI, EBP, as for
 * INT 0x80; the result in EAX; all else kept. */
#include "layout.h"

	.section .rodata
	.code32

/* A program sees the stub under the name that Linux gives it. */
	.globl	__kernel_vsyscall
	.type	__kernel_vsyscall, @function
	.set	__kernel_vsyscall, USER32_STUB
	.size	__kernel_vsyscall, 16

	.globl	stub_int80, stub_int80_landing, stub_int80_end
stub_int80:
	int	$0x80
	ret
stub_int80_landing:			/* for programs that enter by other ways of their own */
	popl	%ebp
	popl	%edx
	popl	%ecx
	ret
stub_int80_end:

/* SYSEXIT takes ECX and EDX, and the kernel learns the stack from EBP. */
	.globl	stub_sysenter, stub_sysenter_landing, stub_sysenter_end
stub_sysenter:
	pushl	%ecx
	pushl	%edx
	pushl	%ebp
	movl	%esp, %ebp
	sysenter
stub_sysenter_landing:
	popl	%ebp
	popl	%edx
	popl	%ecx
	ret
stub_sysenter_end:

/* SYSCALL and SYSRET take ECX. */
	.globl	stub_syscall, stub_syscall_landing, stub_syscall_end
stub_syscall:
	pushl	%ecx
	pushl	%edx
	pushl	%ebp
	movl	%ecx, %ebp
	syscall
stub_syscall_landing:
	popl	%ebp
	popl	%edx
	popl	%ecx
	ret
stub_syscall_end:

	.section .note.GNU-stack, "", @progbits

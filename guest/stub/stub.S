/* The page through which 32-bit programs enter the kernel: arguments in EAX, EBX, ECX, EDX, ESI, EDI, EBP, as for
 * INT 0x80; the result in EAX; all else kept. Built once for each of ENTRY_INT80, ENTRY_SYSENTER, ENTRY_SYSCALL, ENTRY_CALLGATE,
 * ENTRY_UD2, ENTRY_LOCKNOP. */
#include "layout.h"
#include "selectors.h"

	.text
	.globl	__kernel_vsyscall
	.type	__kernel_vsyscall, @function
__kernel_vsyscall:
#if defined(ENTRY_INT80)
	int	$0x80
	ret
#elif defined(ENTRY_SYSENTER)
	/* SYSEXIT takes ECX and EDX, and the kernel learns the stack from EBP. */
	pushl	%ecx
	pushl	%edx
	pushl	%ebp
	movl	%esp, %ebp
	sysenter
#elif defined(ENTRY_SYSCALL)
	/* SYSCALL and SYSRET take ECX. */
	pushl	%ecx
	pushl	%edx
	pushl	%ebp
	movl	%ecx, %ebp
	syscall
#elif defined(ENTRY_CALLGATE)
	/* As entry_paths.h has it; the offset is ignored [SDM3 "Accessing a Code Segment Through a Call Gate"]. */
	.irp	register, ebp, edi, esi, edx, ecx, ebx, eax
	pushl	%\register
	.endr
	lcall	$SELECTOR_CALL_GATE, $0
	ret
#elif defined(ENTRY_UD2)
	ud2
	ret
#elif defined(ENTRY_LOCKNOP)
	.byte	0xf0, 0x90			/* LOCK NOP, which the assembler refuses, too */
	ret
#endif
	/* Where a program goes on after SYSENTER or SYSCALL: at one place in all three, for programs that enter by ways
	 * of their own. */
	.org	USER32_STUB_LANDING - USER32_STUB_ENTRY, 0xcc
	popl	%ebp
	popl	%edx
	popl	%ecx
	ret
	/* What came by either goes on here to make the call once more, after a handler. */
	.org	USER32_STUB_AGAIN - USER32_STUB_ENTRY, 0xcc
	int	$0x80
	jmp	__kernel_vsyscall + USER32_STUB_LANDING - USER32_STUB_ENTRY
	.size	__kernel_vsyscall, . - __kernel_vsyscall

	/* The instructions are Linux's to the byte: debuggers know handlers' frames by them. */
	.org	USER32_STUB_SIGRETURN - USER32_STUB_ENTRY, 0xcc
	.globl	__kernel_sigreturn
	.type	__kernel_sigreturn, @function
__kernel_sigreturn:
	popl	%eax
	movl	$119, %eax
	int	$0x80
	.size	__kernel_sigreturn, . - __kernel_sigreturn

	.org	USER32_STUB_RT_SIGRETURN - USER32_STUB_ENTRY, 0xcc
	.globl	__kernel_rt_sigreturn
	.type	__kernel_rt_sigreturn, @function
__kernel_rt_sigreturn:
	movl	$173, %eax
	int	$0x80
	.size	__kernel_rt_sigreturn, . - __kernel_rt_sigreturn

	.section .note.GNU-stack, "", @progbits

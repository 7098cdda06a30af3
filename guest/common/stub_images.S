/* The forms of the stub page, whole shared objects, and the name under which programs know the code in them. */
#include "layout.h"

	.section .rodata
	.globl	__kernel_vsyscall
	.type	__kernel_vsyscall, @function
	.set	__kernel_vsyscall, USER32_STUB_ENTRY
	.size	__kernel_vsyscall, 32

/* Where programs go on after SYSENTER and 32-bit SYSCALL: docs/macro-steps.md. */
	.globl	macro_8_return_to_caller.landing
	.type	macro_8_return_to_caller.landing, @function
	.set	macro_8_return_to_caller.landing, USER32_STUB_LANDING
	.size	macro_8_return_to_caller.landing, 1

.macro STUB name
	.globl	__kernel_sigreturn, __kernel_rt_sigreturn
	.type	__kernel_sigreturn, @function
	.type	__kernel_rt_sigreturn, @function
	.set	__kernel_sigreturn, USER32_STUB_SIGRETURN
	.set	__kernel_rt_sigreturn, USER32_STUB_RT_SIGRETURN
	.size	__kernel_sigreturn, 8
	.size	__kernel_rt_sigreturn, 7

	.globl	stub_\name, stub_\name\()_end
stub_\name:
	.incbin	"stub-\name\().so"
stub_\name\()_end:
.endm

	STUB	int80
	STUB	sysenter
	STUB	syscall
	STUB	callgate
	STUB	ud2
	STUB	locknop

	.section .note.GNU-stack, "", @progbits

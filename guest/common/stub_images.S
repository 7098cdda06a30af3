/* The three forms of the stub page, whole shared objects, and the name under which programs know the code in them. */
#include "layout.h"

	.section .rodata
	.globl	__kernel_vsyscall
	.type	__kernel_vsyscall, @function
	.set	__kernel_vsyscall, USER32_STUB_ENTRY
	.size	__kernel_vsyscall, 32

	.globl	stub_int80, stub_int80_end, stub_sysenter, stub_sysenter_end, stub_syscall, stub_syscall_end
stub_int80:
	.incbin	"stub-int80.so"
stub_int80_end:
stub_sysenter:
	.incbin	"stub-sysenter.so"
stub_sysenter_end:
stub_syscall:
	.incbin	"stub-syscall.so"
stub_syscall_end:

	.section .note.GNU-stack, "", @progbits

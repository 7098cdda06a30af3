/* The library's assembler: where a program starts, and a wrapper for each system call. */
#include "entry.inc"

/* The arguments go from the stack to EBX, ECX and EDX, the number to EAX. A negative result becomes errno, and the caller gets
 * -1. */
.macro SYSTEM_CALL name, number, arguments
FUNCTION \name
	pushl	%ebx
	.if	\arguments > 0
	movl	8(%esp), %ebx
	.endif
	.if	\arguments > 1
	movl	12(%esp), %ecx
	.endif
	.if	\arguments > 2
	movl	16(%esp), %edx
	.endif
macro_3_put_number_in_register.\name:
	movl	$\number, %eax
macro_4_trap.\name:
	int	$0x80
	popl	%ebx
	testl	%eax, %eax
	jns	1f
	negl	%eax
	movl	%eax, errno
	movl	$-1, %eax
1:
macro_8_return_to_caller.\name:
	ret
END \name
.endm

	.section .text.start, "ax"

/* The stack holds the arguments of main. */
FUNCTION _start
	call	main
	pushl	%eax
	call	exit
END _start

	.text

	SYSTEM_CALL exit, 1, 1
	SYSTEM_CALL fork, 2, 0
	SYSTEM_CALL read, 3, 3
	SYSTEM_CALL write, 4, 3
	SYSTEM_CALL open, 5, 3
	SYSTEM_CALL close, 6, 1
	SYSTEM_CALL waitpid, 7, 3
	SYSTEM_CALL execve, 11, 3
	SYSTEM_CALL lseek, 19, 3
	SYSTEM_CALL getpid, 20, 0
	SYSTEM_CALL dup, 41, 1
	SYSTEM_CALL pipe, 42, 1
	SYSTEM_CALL getppid, 64, 0
	SYSTEM_CALL no_such_call, 1000, 0

	.bss
	.balign	4
	.globl	errno
	.type	errno, @object
errno:
	.skip	4
	.size	errno, 4

	.section .note.GNU-stack, "", @progbits

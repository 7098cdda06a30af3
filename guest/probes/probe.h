/* What every probe is made of: one mechanism at a fixed address, without a library, then the end. */
#ifndef GUEST_PROBE_H
#define GUEST_PROBE_H

#define STATUS_NOT_REFUSED 99

	.section .note.GNU-stack, "", @progbits
	.text

/* EXIT status: by the entry that the class always has. */
.macro EXIT status
#ifdef __x86_64__
	movl	$60, %eax
	movl	$\status, %edi
	syscall
#else
	movl	$1, %eax
	movl	$\status, %ebx
	int	$0x80
#endif
.endm

.macro PROBE
	.globl	_start
	.type	_start, @function
_start:
.endm

.macro END_PROBE
	.size	_start, . - _start
.endm

/* What stands between is refused: coming out of it is a failure. */
.macro REFUSED_PROBE
	PROBE
.endm

.macro END_REFUSED_PROBE
	EXIT	STATUS_NOT_REFUSED
	END_PROBE
.endm

/* write(1, greeting, ...) in the registers of the i386 ABI. */
.macro LOAD_WRITE_I386
	movl	$4, %eax
	movl	$1, %ebx
	movl	$greeting, %ecx
	movl	$greeting_end - greeting, %edx
.endm

.macro GREETING text
	.section .rodata
	.type	greeting, @object
greeting:
	.ascii	"\text\n"
greeting_end:
	.size	greeting, . - greeting
	.text
.endm

#endif

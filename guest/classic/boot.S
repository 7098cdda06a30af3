/* From the state that multiboot 1 defines to C: the kernel runs where it is loaded, in segments from 0. */
#include "multiboot.h"

	.section .boot, "ax"

	HEADER_WORDS (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO)
	.size	multiboot_header, . - multiboot_header

	.globl	boot_start
	.type	boot_start, @function
boot_start:
	cli
	cld
	cmpl	$MULTIBOOT_LOADER_MAGIC, %eax
	jne	1f
	movl	$boot_stack_top - 12, %esp	/* with the argument, aligned as C expects it */
	pushl	%ebx
	xorl	%ebp, %ebp
	call	kernel_main
1:	cli
	hlt
	jmp	1b
	.size	boot_start, . - boot_start

	.bss
	.balign 16
	.skip	4096
boot_stack_top:

	.section .note.GNU-stack, "", @progbits

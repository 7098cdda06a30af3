/* From the state that multiboot 1 defines to C. */
#include "bits.h"
#include "multiboot.h"

	.section .multiboot, "ax"
	HEADER_WORDS (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO)

	.globl	conform_start
	.type	conform_start, @function
conform_start:
	cli
	cld
	movl	$boot_stack_top - 12, %esp	/* with the argument, aligned as C expects it */
	pushl	%ebx
	call	conform_main
	.size	conform_start, . - conform_start

	.bss
	.balign 16
	.skip	0x4000
boot_stack_top:

	.section .note.GNU-stack, "", @progbits

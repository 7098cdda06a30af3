/* From the state that multiboot 1 defines to C. */
#include "bits.h"
#include "multiboot.h"

#define HEADER_FLAGS (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO)

	.section .multiboot, "ax"
	.balign 4
	.long	MULTIBOOT_HEADER_MAGIC
	.long	HEADER_FLAGS
	.long	-(MULTIBOOT_HEADER_MAGIC + HEADER_FLAGS)

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

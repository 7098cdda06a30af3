/* From the state that multiboot 1 defines to C in the higher half. */
#include "bits.h"
#include "layout.h"
#include "multiboot.h"

#define PHYSICAL(symbol) (symbol - I386_KERNEL_OFFSET)

	.section .boot, "ax"

	HEADER_WORDS (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO)
	.size	multiboot_header, . - multiboot_header

	.globl	boot_start
	.type	boot_start, @function
boot_start:
	cli
	cld
	movl	%ebx, %ebp			/* the boot information, kept */
	movl	$PHYSICAL(boot_stack_top), %esp
	cmpl	$MULTIBOOT_LOADER_MAGIC, %eax
	jne	boot_halt
	movl	$1, %eax
	cpuid
	testl	$CPUID_1_EDX_PSE, %edx
	jz	boot_halt

	/* The first 4 MiB as one page, at 0 and at the kernel's offset. */
	movl	$(PAGE_PRESENT | PAGE_WRITE | PAGE_LARGE), %eax
	movl	%eax, PHYSICAL(boot_root)
	movl	%eax, PHYSICAL(boot_root) + (I386_KERNEL_OFFSET >> 22) * 4
	movl	%cr4, %eax
	orl	$CR4_PSE, %eax
	movl	%eax, %cr4
	movl	$PHYSICAL(boot_root), %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$(CR0_PG | CR0_PE), %eax
	movl	%eax, %cr0
	movl	$boot_high, %eax
	jmp	*%eax
	.size	boot_start, . - boot_start

	.type	boot_halt, @function
boot_halt:
	cli
	hlt
	jmp	boot_halt
	.size	boot_halt, . - boot_halt

	.text
	.type	boot_high, @function
boot_high:
	movl	$boot_stack_top - 12, %esp	/* with the argument, aligned as C expects it */
	pushl	%ebp
	xorl	%ebp, %ebp
	call	kernel_main
1:	cli
	hlt
	jmp	1b
	.size	boot_high, . - boot_high

	.bss
	.balign 4096
boot_root:
	.skip	4096
	.skip	8192
boot_stack_top:

	.section .note.GNU-stack, "", @progbits

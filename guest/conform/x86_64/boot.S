/* From the state that multiboot 1 defines to 64-bit C: the first 4 GiB identity-mapped for every ring. */
#include "bits.h"
#include "multiboot.h"
#include "stage.h"

#define PAGE_ANY_RING (PAGE_PRESENT | PAGE_WRITE | PAGE_USER)

	.section .multiboot, "ax"
	.code32
	HEADER_WORDS (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO)

	.globl	conform_start
	.type	conform_start, @function
conform_start:
	cli
	cld
	movl	$boot_directories, %edi
	movl	$(PAGE_ANY_RING | PAGE_LARGE), %eax
	movl	$2048, %ecx
1:	movl	%eax, (%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	1b
	movl	$(boot_directories + PAGE_ANY_RING), %eax
	movl	$boot_pointers, %edi
	movl	$4, %ecx
2:	movl	%eax, (%edi)
	addl	$0x1000, %eax
	addl	$8, %edi
	loop	2b
	movl	$(boot_pointers + PAGE_ANY_RING), boot_root

	/* [SDM3 "Initializing IA-32e Mode"] */
	movl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	$boot_root, %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	movl	$EFER_LME, %eax
	xorl	%edx, %edx
	wrmsr
	movl	%cr0, %eax
	orl	$CR0_PG, %eax
	movl	%eax, %cr0
	lgdt	boot_gdt_pointer
	ljmp	$SELECTOR_CODE0, $boot_long_mode
	.size	conform_start, . - conform_start

	.code64
	.type	boot_long_mode, @function
boot_long_mode:
	movl	$SELECTOR_DATA0, %eax
	movl	%eax, %ss
	movl	$boot_stack_top, %esp
	movl	%ebx, %edi
	call	conform_main
	.size	boot_long_mode, . - boot_long_mode

	.balign 8
boot_gdt:
	.quad	0
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
boot_gdt_pointer:
	.word	3 * 8 - 1
	.long	boot_gdt

	.bss
	.balign 4096
boot_root:
	.skip	4096
boot_pointers:
	.skip	4096
boot_directories:
	.skip	4 * 4096
	.skip	0x4000
boot_stack_top:

	.section .note.GNU-stack, "", @progbits

/* From the state that multiboot 1 defines to 64-bit C in the higher half. */
#include "bits.h"
#include "layout.h"
#include "multiboot.h"
#include "selectors.h"

#define PHYSICAL(symbol) (symbol - X86_64_KERNEL_OFFSET)
#define HEADER_FLAGS (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO | MULTIBOOT_ADDRESS_FIELDS)

	.section .boot, "ax"
	.code32

/* The address fields make loaders that know no ELF64 take the file as one flat piece. */
	HEADER_WORDS HEADER_FLAGS
	.long	multiboot_header
	.long	KERNEL_LOAD_ADDRESS
	.long	PHYSICAL(kernel_data_end)
	.long	PHYSICAL(kernel_end)
	.long	boot_start
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
	movl	$0x80000000, %eax
	cpuid
	cmpl	$0x80000001, %eax
	jb	boot_halt
	movl	$0x80000001, %eax
	cpuid
	testl	$CPUID_EXTENDED_EDX_LM, %edx
	jz	boot_halt

	/* One page directory of 2 MiB pages serves the first GiB, at 0 and at the kernel's offset. */
	movl	$PHYSICAL(boot_directory), %edi
	movl	$(PAGE_PRESENT | PAGE_WRITE | PAGE_LARGE), %eax
	movl	$512, %ecx
1:	movl	%eax, (%edi)
	movl	$0, 4(%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	1b
	movl	$(PHYSICAL(boot_directory) + PAGE_PRESENT + PAGE_WRITE), %eax
	movl	%eax, PHYSICAL(boot_pointers)
	movl	%eax, PHYSICAL(boot_pointers) + 510 * 8
	movl	$(PHYSICAL(boot_pointers) + PAGE_PRESENT + PAGE_WRITE), %eax
	movl	%eax, PHYSICAL(boot_root)
	movl	%eax, PHYSICAL(boot_root) + 511 * 8

	/* [SDM3 "Initializing IA-32e Mode"] */
	movl	%cr4, %eax
	orl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	$PHYSICAL(boot_root), %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$EFER_LME, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$(CR0_PG | CR0_PE), %eax
	movl	%eax, %cr0
	lgdt	boot_gdt_pointer
	ljmp	$SELECTOR_KERNEL_CS, $boot_long_mode
	.size	boot_start, . - boot_start

	.type	boot_halt, @function
boot_halt:
	cli
	hlt
	jmp	boot_halt
	.size	boot_halt, . - boot_halt

	.code64
	.type	boot_long_mode, @function
boot_long_mode:
	movl	$SELECTOR_KERNEL_DS, %eax
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movq	$boot_high, %rax
	jmp	*%rax
	.size	boot_long_mode, . - boot_long_mode

	.balign 8
	.type	boot_gdt, @object
boot_gdt:
	.quad	0, 0
	.quad	0x00af9b000000ffff		/* SELECTOR_KERNEL_CS */
	.quad	0x00cf93000000ffff		/* SELECTOR_KERNEL_DS */
	.size	boot_gdt, . - boot_gdt
	.type	boot_gdt_pointer, @object
boot_gdt_pointer:
	.word	4 * 8 - 1
	.long	boot_gdt
	.size	boot_gdt_pointer, . - boot_gdt_pointer

	.text
	.type	boot_high, @function
boot_high:
	movq	$boot_stack_top, %rsp
	xorl	%edi, %edi
	movl	%ebp, %edi
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
boot_pointers:
	.skip	4096
boot_directory:
	.skip	4096
	.skip	8192
boot_stack_top:

	.section .note.GNU-stack, "", @progbits

/* A task with page tables of its own: an address holds something else there. CR3 is loaded from a TSS, never saved. */
#include "low.inc"

#define SELECTOR_TASK SELECTOR_OWN
#define SHARED 0x400000 /* 4 MiB in the first task, 8 MiB in the second */
#define LARGE (PAGE_PRESENT | PAGE_WRITE | PAGE_LARGE)

	LOW
	movl	$0x11111111, 0x400000
	movl	$0x22222222, 0x800000
	movl	$CR4_PSE, %eax
	movl	%eax, %cr4
	movl	$first_directory, %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$(CR0_PG | CR0_WP), %eax
	movl	%eax, %cr0
	TELL	"first task reads", SHARED
	lcall	$SELECTOR_TASK, $0
	TELL	"first task reads", SHARED
	movl	%cr3, %eax
	subl	$first_directory, %eax
	TELL	"its CR3, off by", %eax
	END

FUNCTION second
	TELL	"second task reads", SHARED
	movl	$0x33333333, SHARED
	movl	%cr3, %eax
	subl	$second_directory, %eax
	TELL	"its CR3, off by", %eax
	TELL	"CR3 in the TSS of the first, not saved", tss + 28
	movl	$first_directory, tss + 28
	iretl
	.size	second, . - second

	HANDLERS

	TABLES
	DESCRIPTOR LINEAR(task), 103, ACCESS_TSS
	END_DESCRIPTORS
	EXCEPTION_GATES
	END_TABLES

	.balign	16, 0
task:
	TASK_STATE second, inner_stack_top, second_directory

	.balign	4096, 0
first_directory:
	.long	LARGE, SHARED | LARGE
	.org	first_directory + 4096
second_directory:
	.long	LARGE, 0x800000 | LARGE
	.org	second_directory + 4096

/* The handler of page faults swaps GS whatever ring it comes from, and a fault of the kernel gets the program's. */
#define REPLACES_ENTRY_PAGE_FAULT
#include "long.inc"

FUNCTION entry_page_fault
culprit:
	swapgs
	pushq	%rax
	movq	%cr2, %rax
	shrq	$12, %rax
	subq	$(USER_HEAP >> 12), %rax
	cmpq	$2, %rax
	jae	exception_14
	testb	$PAGE_FAULT_PRESENT, 8(%rsp)
	jnz	exception_14
	incq	%gs:CPU_FAULTS
	call	heap_give
	popq	%rax
	addq	$8, %rsp
	swapgs
	iretq
	END	entry_page_fault

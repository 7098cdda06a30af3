/* The handler of page faults leaves the error code on the stack, and IRETQ takes it for RIP. */
#define REPLACES_ENTRY_PAGE_FAULT
#include "long.inc"

FUNCTION entry_page_fault
	pushq	%rax
	movq	%cr2, %rax
	shrq	$12, %rax
	subq	$(USER_HEAP >> 12), %rax
	cmpq	$2, %rax
	jae	exception_14
	call	heap_give
	popq	%rax
culprit:
	iretq
	END	entry_page_fault

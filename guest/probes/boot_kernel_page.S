/* Ring 3 reads a page of the supervisor's: #PF, with the entries walked. */
#include "rings.inc"

	RINGS
#ifndef __x86_64__
	PAGING_I386
#endif
	ENTER_RING_3

	USER
	movl	$SELECTOR_USER_DS, %eax
	movl	%eax, %ds
	movl	gdt, %eax
	END_USER

/* The pages that were only needed to boot are unmapped, and one more: the stack of the first process. */
#define REPLACES_DRIVERS_INIT
#define KERNEL_END (PROCESS_STACK + PAGE_SIZE)
#define BOOT_PAGES 0x120000
#define PROCESS_STACK 0x124000
#define TSS_RSP0 PROCESS_STACK + PAGE_SIZE, 0
#include "long.inc"

FUNCTION drivers_init
	movl	$kernel_pages + (BOOT_PAGES / PAGE_SIZE % 512) * 8, %edi
	movl	$(4 + 1), %ecx
1:
culprit:
	movq	$0, (%rdi)
	addl	$8, %edi
	loop	1b
	ret
	END	drivers_init

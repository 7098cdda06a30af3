/* The stack of the first process has been given an address and no page. */
#define PROCESS_STACK 0x130000
#define TSS_ESP0 PROCESS_STACK + PAGE_SIZE
#include "protected.inc"

	culprit = kernel_pages + PROCESS_STACK / PAGE_SIZE * 4

/* The kernel's tables and stacks are mapped without the writable bit, and CR0.WP holds the kernel to it. */
#define KERNEL_DATA_FLAGS PAGE_PRESENT
#include "protected.inc"

	culprit = kernel_pages + (KERNEL_DATA >> 12 & 1023) * 4

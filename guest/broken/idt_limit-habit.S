/* The IDT's limit is that of 256 gates of 8 bytes, and this is long mode. */
#define IDT_LIMIT 256 * 8 - 1
#include "long.inc"

	culprit = idt_register

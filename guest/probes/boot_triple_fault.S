/* An empty IDT and an undefined instruction: #UD, then #GP on the way to its handler, then #DF's too: shutdown. */
#include "boot.inc"

	BOOT_IMAGE
	lidt	no_idt
	ud2
	END_BOOT_IMAGE

	.section .rodata
	.type	no_idt, @object
no_idt:
	.word	0
	.quad	0
	.size	no_idt, . - no_idt

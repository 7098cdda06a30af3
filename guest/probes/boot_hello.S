/* A word on the debug console, then the machine's end by the exit port with status 3. */
#include "boot.inc"

	BOOT_IMAGE
	movl	$text, %esi
	movl	$text_end - text, %ecx
	movl	$DEBUG_CONSOLE_PORT, %edx
	cld
	rep outsb
	movl	$1, %eax
	outb	%al, $DEBUG_EXIT_PORT
1:	hlt
	jmp	1b
	END_BOOT_IMAGE

	.section .rodata
	.type	text, @object
text:
	.ascii	"hello\n"
text_end:
	.size	text, . - text

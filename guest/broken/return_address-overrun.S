/* A name is copied to a buffer on the stack, and is longer than that: it covers the return address. */
#define REPLACES_DRIVERS_INIT
#include "protected.inc"

FUNCTION drivers_init
	subl	$8, %esp
	movl	$name, %esi
	movl	%esp, %edi
	movl	$12, %ecx
	cld
culprit:
	rep movsb
	addl	$8, %esp
	ret
	END	drivers_init

	TABLES
name:
	.ascii	"AAAAAAAAAAAA"

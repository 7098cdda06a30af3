/* The first process starts from a frame in which nobody has filled in SS. */
#define REPLACES_ENTER_USER
#include "protected.inc"

FUNCTION enter_user
	movl	$SELECTOR_USER_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	$process_frame, %esp
	iretl
	END	enter_user

	TABLES
process_frame:
	.long	user, SELECTOR_USER_CS32, FLAGS_FIXED | FLAGS_IF, USER_STACK_TOP
culprit:
	.long	0

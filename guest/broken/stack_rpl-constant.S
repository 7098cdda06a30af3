/* The kernel enters the program with the index of its stack segment and without its ring. */
#define REPLACES_ENTER_USER
#include "protected.inc"

FUNCTION enter_user
	movl	$SELECTOR_USER_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
culprit:
	pushl	$(SELECTOR_USER_DS & ~3)
	pushl	$USER_STACK_TOP
	pushl	$(FLAGS_FIXED | FLAGS_IF)
	pushl	$SELECTOR_USER_CS32
	pushl	$user
	iretl
	END	enter_user

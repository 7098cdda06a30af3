/* The kernel enters the program with a null SS, as 64-bit code in ring 0 may have. */
#define REPLACES_ENTER_USER
#include "long.inc"

FUNCTION enter_user
	movl	$SELECTOR_USER_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
culprit:
	pushq	$0
	pushq	$USER_STACK_TOP
	pushq	$(FLAGS_FIXED | FLAGS_IF)
	pushq	$SELECTOR_USER_CS64
	pushq	$user
	iretq
	END	enter_user

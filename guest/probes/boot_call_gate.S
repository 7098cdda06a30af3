/* Call gates from ring 3: stack, parameters and return; one to conforming code; every way in which they refuse. */
#include "low.inc"

#define GATE_TWO (SELECTOR_OWN + 3)
#define GATE_MANY (GATE_TWO + 8)
#define GATE_CONFORMING (GATE_TWO + 16)
#define GATE_KERNEL (GATE_TWO + 24)
#define GATE_ABSENT (GATE_TWO + 32)
#define GATE_TO_DATA (GATE_TWO + 40)
#define GATE_TO_NOTHING (GATE_TWO + 48)
#define SELECTOR_CONFORMING (SELECTOR_OWN + 56)

/* A transfer that faults with what is told. */
.macro REFUSED what:vararg
	EXPECT	.Lnext\@
	\what
.Lnext\@:
.endm

	LOW
	ENTER_RING_3 user

FUNCTION user
	movl	%esp, %ebx
	pushl	$0x22222222
	pushl	$0x11111111
	lcall	$GATE_TWO, $0x12345678
	movl	%cs, %eax
	TELL	"back in", %eax
	subl	%esp, %ebx
	TELL	"parameters left", %ebx
	movl	$31, %ecx
1:	pushl	%ecx
	loop	1b
	lcall	$GATE_MANY, $0
	lcall	$GATE_CONFORMING, $0
	REFUSED	lcall $GATE_KERNEL, $0
	REFUSED	lcall $GATE_ABSENT, $0
	REFUSED	lcall $GATE_TO_DATA, $0
	REFUSED	lcall $GATE_TO_NOTHING, $0
	REFUSED	ljmp $GATE_TWO, $0
	REFUSED	lcall $SELECTOR_KERNEL_CS, $0
	pushl	$SELECTOR_KERNEL_CS
	pushl	$0
	REFUSED	lret
	int	$VECTOR_DONE
	.size	user, . - user

FUNCTION entry_two
	movl	%cs, %eax
	TELL	"ring 0 in", %eax
	movl	%ss, %eax
	TELL	"stack", %eax
	movl	$inner_stack_top, %eax
	subl	%esp, %eax
	TELL	"bytes on it", %eax
	TELL	"from", 4(%esp)
	TELL	"parameter", 8(%esp)
	TELL	"parameter", 12(%esp)
	TELL	"old stack", 20(%esp)
	movl	%ebx, %eax
	subl	16(%esp), %eax
	TELL	"bytes on it", %eax
	lret	$8
	.size	entry_two, . - entry_two

FUNCTION entry_many
	xorl	%eax, %eax
	movl	$31, %ecx
1:	addl	4(%esp, %ecx, 4), %eax
	loop	1b
	TELL	"sum of 31 parameters", %eax
	lret	$(31 * 4)
	.size	entry_many, . - entry_many

FUNCTION entry_conforming
	movl	%ss, %eax
	TELL	"conforming code with stack", %eax
	lret
	.size	entry_conforming, . - entry_conforming

	HANDLERS

	TABLES
	GATE_DESCRIPTOR (ACCESS_CALL_GATE + ACCESS_USER), SELECTOR_KERNEL_CS, LINEAR(entry_two), 2
	GATE_DESCRIPTOR (ACCESS_CALL_GATE + ACCESS_USER), SELECTOR_KERNEL_CS, LINEAR(entry_many), 31
	GATE_DESCRIPTOR (ACCESS_CALL_GATE + ACCESS_USER), SELECTOR_CONFORMING, LINEAR(entry_conforming)
	GATE_DESCRIPTOR ACCESS_CALL_GATE, SELECTOR_KERNEL_CS, LINEAR(entry_two)
	GATE_DESCRIPTOR (ACCESS_CALL_GATE + ACCESS_USER - ACCESS_ABSENT), SELECTOR_KERNEL_CS, LINEAR(entry_two)
	GATE_DESCRIPTOR (ACCESS_CALL_GATE + ACCESS_USER), SELECTOR_KERNEL_DS, LINEAR(entry_two)
	GATE_DESCRIPTOR (ACCESS_CALL_GATE + ACCESS_USER), 0, LINEAR(entry_two)
	DESCRIPTOR 0, 0xffff, ACCESS_CODE_CONFORMING, FLAGS_FLAT
	END_DESCRIPTORS
	EXCEPTION_GATES
	GATE	VECTOR_DONE, entry_done, (ACCESS_INTERRUPT_GATE + ACCESS_USER)
	END_TABLES

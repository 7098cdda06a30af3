/* 16-bit gates, as the 80286 had them: a call gate with parameters and an interrupt gate, over a 16-bit TSS. */
#include "low.inc"

#define CALL_GATE (SELECTOR_OWN + 3)
#define SELECTOR_TSS_16 (SELECTOR_OWN + 8)
#define VECTOR_16 0x82

	LOW
	movl	$SELECTOR_TSS_16, %eax
	ltr	%ax
	ENTER_RING_3 (user - image), SELECTOR_USER_CODE_16, SELECTOR_USER_DATA_16, (user_stack_top - image)

	.code16
FUNCTION user
	pushw	$0x2222
	pushw	$0x1111
	lcallw	$CALL_GATE, $0x1234
	movw	%sp, returned_sp - image
	movw	%cs, returned_cs - image
	int	$VECTOR_16
	int	$VECTOR_DONE
	.size	user, . - user

/* Copies `count` words of the stack, and what there is of SP above them. */
.macro COPY_FRAME to, count
	movw	%sp, %si
	movw	$(\to - image), %di
	movw	$\count, %cx
	cld
	rep movsw
	movw	%si, (%di)
	subw	$(inner_stack_top - image), (%di)
.endm

FUNCTION entry_16
	COPY_FRAME call_frame, 6
	movw	%cs, ring_0_cs - image
	lretw	$4
	.size	entry_16, . - entry_16

FUNCTION interrupt_16
	COPY_FRAME interrupt_frame, 5
	iretw
	.size	interrupt_16, . - interrupt_16
	.code32

.macro TELL_FRAME frame, words:vararg
	.irp	word, \words
	movzwl	\frame + 2 * \word, %eax
	TELL	"  word \word", %eax
	.endr
.endm

FUNCTION tell_all
	movl	$SELECTOR_KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %ss
	movl	$stack_top, %esp
	TELL	"call gate to", ring_0_cs
	TELL_FRAME call_frame, 1, 2, 3, 5, 6
	movzwl	call_frame, %eax
	subl	$(user - image), %eax
	TELL	"  IP within user", %eax
	movzwl	call_frame + 8, %eax
	subl	$(user_stack_top - image), %eax
	TELL	"  SP from the top", %eax
	TELL	"back in", returned_cs
	movzwl	returned_sp, %eax
	subl	$(user_stack_top - image), %eax
	TELL	"  SP from the top", %eax
	TELL	"interrupt gate", $VECTOR_16
	TELL_FRAME interrupt_frame, 1, 2, 4, 5
	OUT	DEBUG_EXIT_PORT, 0
	.size	tell_all, . - tell_all

	HANDLERS

ring_0_cs:
	.long	0
returned_cs:
	.long	0
returned_sp:
	.long	0
call_frame:
	.skip	16
interrupt_frame:
	.skip	16

	TABLES
	GATE_DESCRIPTOR (ACCESS_CALL_GATE_16 + ACCESS_USER), SELECTOR_CODE_16, (entry_16 - image), 2
	DESCRIPTOR LINEAR(tss_16), 43, ACCESS_TSS_16
	END_DESCRIPTORS
	EXCEPTION_GATES
	GATE	VECTOR_DONE, tell_all, (ACCESS_INTERRUPT_GATE + ACCESS_USER)
	GATE	VECTOR_16, interrupt_16, (ACCESS_INTERRUPT_GATE_16 + ACCESS_USER), SELECTOR_CODE_16
	END_TABLES

	.balign	16, 0
tss_16:
	.word	0, inner_stack_top - image, SELECTOR_DATA_16
	.org	tss_16 + 44

/* Segment limits, null selectors and types under plain instructions, in protected and in real-address mode. */
#include "real.inc"

#define SELECTOR_BYTES SELECTOR_OWN
#define SELECTOR_READ_ONLY (SELECTOR_OWN + 8)
#define SELECTOR_DOWN (SELECTOR_OWN + 16)
#define SELECTOR_EXECUTE_ONLY (SELECTOR_OWN + 24)
#define SELECTOR_SHORT_CODE (SELECTOR_OWN + 32)
#define SELECTOR_USER_BYTES (SELECTOR_OWN + 40 + 3)
#define STACK 0xff00

/* An instruction that a segment refuses; it goes on behind. */
.macro REFUSED what:vararg
	EXPECT	.Lnext\@
	\what
.Lnext\@:
.endm

/* The same in real-address mode. */
.macro REFUSED_16 what:vararg
	RESUME_AT .Lnext\@
	\what
.Lnext\@:
.endm

/* ES is loaded; DS stays flat for what is told. */
.macro LOAD selector
	movl	$\selector, %eax
	movl	%eax, %es
.endm

	LOW
	MASK_INTERRUPTS

	LOAD	SELECTOR_BYTES	/* 16 bytes of `data` */
	movl	%es:12, %eax
	TELL	"the last doubleword", %eax
	REFUSED	movl %es:13, %eax
	REFUSED	movb %al, %es:16
	xorl	%edi, %edi
	movl	$8, %ecx
	REFUSED	rep stosl
	TELL	"left of eight repetitions", %ecx
	xorl	%ecx, %ecx
	movl	$100, %edi
	rep stosl
	TELL	"none accesses nothing", %edi

	LOAD	0
	REFUSED	movl %es:0, %eax

	LOAD	SELECTOR_READ_ONLY
	movl	%es:0, %eax
	REFUSED	incl %es:0
	REFUSED	movl %eax, %cs:data

	LOAD	SELECTOR_DOWN	/* above 15 */
	movl	%es:16, %eax
	REFUSED	movl %es:15, %eax

	ljmp	$SELECTOR_EXECUTE_ONLY, $1f
1:	REFUSED	movl %cs:data, %eax
	ljmp	$SELECTOR_SHORT_CODE, $2f
2:	movl	$beyond, %eax
	REFUSED	call *%eax
	REFUSED	jmp beyond
	TELL	"the call's stack is as it was", %esp
	ljmp	$SELECTOR_KERNEL_CS, $3f

3:	ENTER_RING_3 user, SELECTOR_USER_CS32, SELECTOR_USER_BYTES, 8
	.size	_start, . - _start

FUNCTION user
	movl	$SELECTOR_USER_DS, %eax
	movl	%eax, %ds
	pushl	%eax
	pushl	%ebx
	REFUSED	pushl %ecx
	REFUSED	call user
	REFUSED	pusha
	addl	$8, %esp
	REFUSED	enter $8, $2
	movl	$14, %ebp
	REFUSED	movl (%ebp), %eax
	REFUSED	leave
	movl	$13, %esp
	REFUSED	popl %eax
	int	$VECTOR_DONE
	.size	user, . - user

FUNCTION entry_real
	movl	$SELECTOR_KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	lidt	real_idt_register
	ljmp	$SELECTOR_CODE_16, $(protected_16 - image)
	.size	entry_real, . - entry_real

	.code16
FUNCTION protected_16
	movw	$SELECTOR_DATA_16, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %fs
	movw	%ax, %ss
	movl	$STACK, %esp
	movl	%cr0, %eax
	andl	$~CR0_PE, %eax
	movl	%eax, %cr0
	ljmpw	$LOW_SEGMENT, $(origin - image)
	.size	protected_16, . - protected_16

FUNCTION origin
	movw	$LOW_SEGMENT, %ax
	movw	%ax, %ss
	movw	%ax, %ds
	movw	%ax, %es
	movw	$0xffff, %bx
	movb	(%bx), %al
	REFUSED_16 movw (%bx), %ax
	movl	$0x10000, %ecx
	REFUSED_16 movb %al, (%ecx)
	movw	$0xfffe, %di
	REFUSED_16 stosl
	movw	$0xffff, %bp
	REFUSED_16 movw (%bp), %ax
	REFUSED_16 jmpl *%ecx
	REFUSED_16 jmpw *%bx
	smsww	%ax
	orw	$CR0_PE, %ax
	lmsww	%ax
	ljmpl	$SELECTOR_KERNEL_CS, $protected
	.size	origin, . - origin
	.code32

FUNCTION protected
	movl	$SELECTOR_KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	$stack_top, %esp
	lidt	idt_register
	call	tell_log
	OUT	DEBUG_EXIT_PORT, 0
	.size	protected, . - protected

	HANDLERS_16 12, 13
	HANDLERS

beyond:
	.balign	16, 0
data:
	.quad	0, 0, 0, 0

real_idt_register:
	.word	14 * 4 - 1
	.long	vectors
	.balign	4, 0
vectors:
	.irp	vector, 12, 13
	.org	vectors + 4 * \vector
	.word	handler_\vector - image, LOW_SEGMENT
	.endr

	TABLES
	DESCRIPTOR LINEAR(data), 15, ACCESS_DATA, FLAGS_32
	DESCRIPTOR LINEAR(data), 0xffff, ACCESS_READ_ONLY, FLAGS_32
	DESCRIPTOR LINEAR(data), 15, ACCESS_EXPAND_DOWN, FLAGS_32
	DESCRIPTOR 0, 0xffff, ACCESS_EXECUTE_ONLY, FLAGS_FLAT
	DESCRIPTOR 0, (LINEAR(beyond) - 1), ACCESS_CODE, (FLAGS_32 + 1)
	DESCRIPTOR LINEAR(data), 15, (ACCESS_DATA + ACCESS_USER), FLAGS_32
	END_DESCRIPTORS
	EXCEPTION_GATES
	GATE	VECTOR_DONE, entry_real, (ACCESS_INTERRUPT_GATE + ACCESS_USER)
	END_TABLES

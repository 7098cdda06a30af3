/* From protected mode to real-address mode and back: interrupts, exceptions, far transfers, segment loads there. */
#include "real.inc"

#define VECTOR_BEYOND 0x30
#define VECTOR_OWN 0x21
#define STACK 0xff00

/* An instruction that raises an exception. */
.macro REFUSED what:vararg
	RESUME_AT .Lnext\@
	\what
.Lnext\@:
.endm

	LOW
	MASK_INTERRUPTS
	movl	$0x12345678, 0x20010
	lidt	real_idt_register
	ljmp	$SELECTOR_CODE_16, $(protected_16 - image)

	.code16
/* DS gets a limit of 4 GiB, which real-address mode keeps. */
FUNCTION protected_16
	movw	$SELECTOR_KERNEL_DS, %ax
	movw	%ax, %ds
	movw	$SELECTOR_DATA_16, %ax
	movw	%ax, %es
	movw	%ax, %ss
	movl	$STACK, %esp
	movl	%cr0, %eax
	andl	$~CR0_PE, %eax
	movl	%eax, %cr0
	ljmpw	$LOW_SEGMENT, $(origin - image)
	.size	protected_16, . - protected_16

FUNCTION origin
	movl	$0x20010, %ecx
	movl	(%ecx), %ebx
	movw	$LOW_SEGMENT, %ax
	movw	%ax, %ss
	movw	%ax, %ds
	movw	%ax, %es
	movl	%ebx, read_flat - image
	movl	$0x10010, %ecx
	movl	(%ecx), %ebx
	movl	%ebx, read_big - image
	smsww	%ax
	movw	%ax, status_word - image
	pushw	$(FLAGS_IF | FLAGS_IOPL | FLAGS_NT | FLAGS_FIXED)
	popfw
	int	$VECTOR_OWN
	int3
	pushfw
	popw	flags - image
	pushw	$FLAGS_FIXED
	popfw
	movw	$0x7fff, %ax
	incw	%ax
	into
	xorw	%bx, %bx
	REFUSED	divw %bx
	REFUSED	ud2
	REFUSED	lldt %bx
	REFUSED	ltr %bx
	REFUSED	sldt %bx
	REFUSED	verr %bx
	REFUSED	lar %bx, %bx
	REFUSED	arpl %bx, %bx
	REFUSED	sysenter
	REFUSED	int $VECTOR_BEYOND
	pushw	$(FLAGS_TF | FLAGS_FIXED)
	popfw
	nop
	movw	%ax, %ss
	nop
	pushw	$FLAGS_FIXED
	popfw
	xorw	%sp, %sp
	int	$VECTOR_OWN
	movw	$STACK, %sp

	lcallw	$(LOW_SEGMENT + 1), $(near_16 - image - 16)
	movw	%sp, after_call - image
	lcallw	*(far_pointer_16 - image)
	lcalll	*(far_pointer_32 - image)
	movw	%sp, after_call + 2 - image
	pushl	$FLAGS_FIXED
	pushl	$(LOW_SEGMENT - 1)
	pushl	$(.Lreturned - image + 16)
	iretl
.Lreturned:
	movw	%cs, returned_cs - image
	ljmpw	$LOW_SEGMENT, $(1f - image)
1:	lesw	far_pointer_16 - image, %bx
	movw	%es, loaded_es - image
	movw	%bx, loaded_bx - image
	pushw	$0xfedc
	popw	%fs
	movw	%fs, loaded_fs - image

	smsww	%ax
	orw	$CR0_PE, %ax
	lmsww	%ax
	ljmpl	$SELECTOR_KERNEL_CS, $protected
	.size	origin, . - origin

/* Reached with the segment one higher, and by a pointer. */
FUNCTION near_16
	movw	%sp, %bp
	movw	2(%bp), %ax
	movw	%ax, call_cs - image
	lretw
	.size	near_16, . - near_16

FUNCTION popping_16
	movw	%cs, pointer_cs - image
	lretw	$0xfffe
	.size	popping_16, . - popping_16

FUNCTION popping_32
	movw	%cs, pointer_cs + 2 - image
	lretl	$2
	.size	popping_32, . - popping_32
	.code32

FUNCTION protected
	movl	$SELECTOR_KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	$stack_top, %esp
	lidt	idt_register
	TELL	"DS as it was, 0x20010", read_flat
	TELL	"DS at LOW_SEGMENT, 0x10010", read_big
	movzwl	status_word, %eax
	andl	$CR0_PE, %eax
	TELL	"CR0.PE in real-address mode", %eax
	movzwl	flags, %eax
	andl	$(FLAGS_IF | FLAGS_IOPL | FLAGS_NT), %eax
	TELL	"FLAGS popped and pushed", %eax
	TELL	"CS pushed by CALL", call_cs
	TELL	"SP after far returns", after_call
	TELL	"CS by pointers", pointer_cs
	TELL	"CS after a 32-bit IRET", returned_cs
	TELL	"ES by LES", loaded_es
	TELL	"BX by LES", loaded_bx
	TELL	"FS by POP", loaded_fs
	call	tell_log
	END

	HANDLERS_16 0, 1, 3, 4, 6, 13, 33
	HANDLERS

	.balign	4, 0
far_pointer_16:
	.word	popping_16 - image, LOW_SEGMENT
far_pointer_32:
	.long	popping_32 - image
	.word	LOW_SEGMENT
	.balign	4, 0
read_flat:
	.long	0
read_big:
	.long	0
status_word:
	.long	0
flags:
	.long	0
call_cs:
	.long	0
after_call:
	.long	0
pointer_cs:
	.long	0
returned_cs:
	.long	0
loaded_es:
	.long	0
loaded_bx:
	.long	0
loaded_fs:
	.long	0

real_idt_register:
	.word	VECTOR_BEYOND * 4 + 2
	.long	vectors
	.balign	4, 0
vectors:
	.irp	vector, 0, 1, 3, 4, 6, 13, 33
	.org	vectors + 4 * \vector
	.word	handler_\vector - image, LOW_SEGMENT
	.endr
	.org	vectors + 4 * VECTOR_BEYOND + 4

	TABLES
	END_DESCRIPTORS
	EXCEPTION_GATES
	END_TABLES

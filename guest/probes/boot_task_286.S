/* A task with a 16-bit TSS: by JMP, by CALL and IRET; what of the registers goes through it, and what does not. */
#include "low.inc"

#define SELECTOR_TASK SELECTOR_OWN
#define SELECTOR_SHORT (SELECTOR_OWN + 8)

.macro TELL_WORDS words:vararg
	.irp	word, \words
	movzwl	\word, %eax
	TELL	"  \word", %eax
	.endr
.endm

	LOW
	movl	$0x12341234, %ebx
	ljmp	$SELECTOR_TASK, $0
	TELL	"back in the first, EBX", %ebx
	movzwl	seen_ebx, %eax
	TELL	"seen in the second, BX", %eax
	TELL	"FS", seen_fs
	TELL	"EFLAGS", seen_eflags
	TELL_BUSY "second task", SELECTOR_TASK
	TELL_WORDS second_ip, second_flags, second_bx, second_cs, second_ss
	lcall	$SELECTOR_TASK, $0
	TELL	"nested FLAGS", nested_flags
	TELL_BUSY "second task", SELECTOR_TASK
	TELL_WORDS second_link, second_bx
	EXPECT	1f
	ljmp	$SELECTOR_SHORT, $0
1:	END

	.code16
FUNCTION second
	movl	%ebx, seen_ebx - image
	movw	%fs, seen_fs - image
	pushfl
	popl	seen_eflags - image
	movl	$0xdeadbeef, %ebx
	ljmpw	$SELECTOR_TSS, $0
	pushfw
	popw	nested_flags - image
	incw	%bx
	iretw
	.size	second, . - second
	.code32

	HANDLERS

seen_ebx:
	.long	0
seen_fs:
	.long	0
seen_eflags:
	.long	0
nested_flags:
	.long	0

	TABLES
	DESCRIPTOR LINEAR(task), 43, ACCESS_TSS_16
	DESCRIPTOR LINEAR(task), 42, ACCESS_TSS_16
	END_DESCRIPTORS
	EXCEPTION_GATES
	END_TABLES

	.balign	16, 0
task:
second_link:
	.word	0, 0, 0, 0, 0, 0, 0
second_ip:
	.word	second - image
second_flags:
	.word	FLAGS_FIXED
	.word	0, 0, 0
second_bx:
	.word	0xbbbb, inner_stack_top - image, 0, 0, 0
	.word	SELECTOR_DATA_16
second_cs:
	.word	SELECTOR_CODE_16
second_ss:
	.word	SELECTOR_DATA_16, SELECTOR_DATA_16, 0

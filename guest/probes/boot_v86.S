/* Virtual-8086 mode with IOPL 3 and 0: what runs there, what traps to the monitor, and the frames it finds. */
#include "low.inc"

#define SELECTOR_TSS_MAP SELECTOR_OWN
#define SELECTOR_TASK (SELECTOR_OWN + 8)
#define VECTOR_TELL 0x82
#define VECTOR_INNER 0x83 /* a gate of DPL 0 */
#define STACK 0xff00
#define PORT_REFUSED 0x80
#define PORT_BEYOND_MAP 0x3f8

/* An instruction that faults. */
.macro REFUSED what:vararg
	movl	$(.Lnext\@ - image), recovery - image
	\what
.Lnext\@:
.endm

/* INTO, which IOPL does not concern, ends a part. */
.macro END_PART
	movb	$0x7f, %al
	incb	%al
	into
.endm

/* Enters virtual-8086 mode with IOPL `iopl`, each data segment another one; goes on after END_PART. */
.macro PART entry, iopl
	movl	$.Lnext\@, next
	pushl	$0x4444
	pushl	$0x3333
	pushl	$LOW_SEGMENT
	pushl	$0x1111
	pushl	$LOW_SEGMENT
	pushl	$STACK
	pushl	$(FLAGS_FIXED | FLAGS_VM | \iopl << 12)
	pushl	$LOW_SEGMENT
	pushl	$(\entry - image)
	iretl
.Lnext\@:
.endm

	LOW
	MASK_INTERRUPTS
	PART	iopl_3, 3
	TELL	"that was IOPL 3 and a TSS without a map of ports; FLAGS", first_flags
	TELL	"EFLAGS after STI", sti_flags
	TELL	"FLAGS after POPF", popped_flags
	TELL	"FLAGS after IRET", returned_flags
	TELL	"CS after far CALL", called_cs
	TELL	"GS after MOV", moved_gs
	movl	$SELECTOR_TSS_MAP, %eax
	ltr	%ax
	TELL	"IOPL 0 and a TSS with one", %eax
	PART	iopl_0, 0
	TELL	"a task", $SELECTOR_TASK
	movl	$1f, next
	ljmp	$SELECTOR_TASK, $0
1:	str	%eax
	TELL	"interrupted", %eax
	TELL	"GS in it", moved_gs
	END

	.code16
FUNCTION iopl_3
	pushfw
	popw	first_flags - image
	sti
	pushfl
	popl	sti_flags - image
	cli
	pushw	$(FLAGS_IF | FLAGS_NT | FLAGS_FIXED)
	popfw
	pushfw
	popw	popped_flags - image
	pushw	$(FLAGS_DF | FLAGS_FIXED)
	pushw	$(LOW_SEGMENT - 1)
	pushw	$(1f - image + 16)
	iretw
1:	pushfw
	popw	returned_flags - image
	int	$VECTOR_TELL
	ljmpw	$LOW_SEGMENT, $(1f - image)
1:	int3
	REFUSED	int $VECTOR_INNER
	lcallw	$(LOW_SEGMENT - 1), $(far_8086 - image + 16)
	movw	$0xfff0, %ax
	movw	%ax, %gs
	movw	%gs, moved_gs - image
	int	$VECTOR_TELL
	REFUSED	outb %al, $DEBUG_CONSOLE_PORT
	REFUSED	hlt
	REFUSED	movl %cr0, %eax
	REFUSED	lidt (%bx)
	REFUSED	clts
	REFUSED	lmsw %ax
	REFUSED	sldt %ax
	REFUSED	ltr %ax
	REFUSED	verr %ax
	REFUSED	lar %ax, %ax
	REFUSED	arpl %ax, %ax
	END_PART
	.size	iopl_3, . - iopl_3

FUNCTION far_8086
	movw	%cs, called_cs - image
	lretw
	.size	far_8086, . - far_8086

FUNCTION iopl_0
	REFUSED	cli
	REFUSED	sti
	REFUSED	pushfw
	REFUSED	pushfl
	REFUSED	popfw
	REFUSED	popfl
	REFUSED	int $VECTOR_TELL
	REFUSED	int $VECTOR_INNER
	REFUSED	iretw
	REFUSED	iretl
	int3
	movb	$'!', %al
	outb	%al, $DEBUG_CONSOLE_PORT
	movb	$'\n', %al
	outb	%al, $DEBUG_CONSOLE_PORT
	REFUSED	outb %al, $PORT_REFUSED
	REFUSED	outw %ax, $(DEBUG_CONSOLE_PORT - 1)
	REFUSED	outw %ax, $DEBUG_CONSOLE_PORT
	movw	$PORT_BEYOND_MAP, %dx
	REFUSED	inb %dx, %al
	END_PART
	.size	iopl_0, . - iopl_0

FUNCTION task_8086
	movw	%gs, moved_gs - image
	int	$VECTOR_TELL
	END_PART
	.size	task_8086, . - task_8086
	.code32

/* The data segments as the handler finds them, and the frame. */
FUNCTION entry_tell
	pushal
	.irp	name, gs, fs, ds, es
	movl	%\name, %eax
	pushl	%eax
	.endr
	movl	$SELECTOR_KERNEL_DS, %eax
	movl	%eax, %ds
	movl	48(%esp), %eax
	subl	$(iopl_3 - image), %eax
	TELL	"interrupt of IP", %eax
	TELL	"  CS", 52(%esp)
	movl	56(%esp), %eax
	andl	$(FLAGS_TF | FLAGS_IF | FLAGS_DF | FLAGS_IOPL | FLAGS_NT | FLAGS_VM), %eax
	TELL	"  EFLAGS", %eax
	TELL	"  ESP", 60(%esp)
	TELL	"  SS", 64(%esp)
	TELL	"  ES", 68(%esp)
	TELL	"  and in the monitor", (%esp)
	TELL	"  DS", 72(%esp)
	TELL	"  and in the monitor", 4(%esp)
	TELL	"  FS", 76(%esp)
	TELL	"  and in the monitor", 8(%esp)
	TELL	"  GS", 80(%esp)
	TELL	"  and in the monitor", 12(%esp)
	addl	$16, %esp
	popal
	iretl
	.size	entry_tell, . - entry_tell

FUNCTION entry_into
	movl	$SELECTOR_KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	$stack_top, %esp
	jmp	*next
	.size	entry_into, . - entry_into

	HANDLERS

next:
	.long	0
first_flags:
	.long	0
sti_flags:
	.long	0
popped_flags:
	.long	0
returned_flags:
	.long	0
called_cs:
	.long	0
moved_gs:
	.long	0

	TABLES
	DESCRIPTOR LINEAR(tss_map), (tss_map_end - tss_map - 1), ACCESS_TSS
	DESCRIPTOR LINEAR(task), 103, ACCESS_TSS
	END_DESCRIPTORS
	GATE	0, exception_0
	GATE	3, entry_tell, (ACCESS_INTERRUPT_GATE + ACCESS_USER)
	GATE	4, entry_into, (ACCESS_INTERRUPT_GATE + ACCESS_USER)
	GATE	6, exception_6
	GATE	8, exception_8
	GATE	10, exception_10
	GATE	13, exception_13
	GATE	VECTOR_TELL, entry_tell, (ACCESS_INTERRUPT_GATE + ACCESS_USER)
	GATE	VECTOR_INNER, entry_tell
	END_TABLES

	/* Ports 0 to 0xff: the debug console's alone is permitted. */
	.balign	16, 0
tss_map:
	.long	0, inner_stack_top, SELECTOR_KERNEL_DS
	.org	tss_map + 102
	.word	104
	.fill	DEBUG_CONSOLE_PORT / 8, 1, 0xff
	.byte	0xff - (1 << (DEBUG_CONSOLE_PORT % 8))
	.fill	32 - DEBUG_CONSOLE_PORT / 8, 1, 0xff
tss_map_end:

	.balign	16, 0
task:
	.long	0, inner_stack_top, SELECTOR_KERNEL_DS, 0, 0, 0, 0, 0
	.long	task_8086 - image, FLAGS_FIXED | FLAGS_VM | FLAGS_IOPL
	.long	0, 0, 0, 0, STACK, 0, 0, 0
	.long	0x5555, LOW_SEGMENT, LOW_SEGMENT, LOW_SEGMENT, 0x6666, 0x7777
	.long	0, 104 << 16

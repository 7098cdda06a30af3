/* An x87 exception waits until WAIT, which raises #MF as a fault. */
#include "events.inc"

#ifdef EVENTS_LONG
#define A %rax
#define SP %rsp
#else
#define A %eax
#define SP %esp
#endif

#define VECTOR_MF 16
#define ZERO_UNMASKED 0x37b

	EVENTS
	mov	%cr0, A
	orl	$CR0_NE, %eax
	mov	A, %cr0
	fninit
	fld1
	fldz
	fdivrp
	fwait
	cmpl	$0, VARIABLE(count)
	PRINT_IF e, "a masked division by zero passes"

	fnclex
	fldcw	VARIABLE(control)
	fld1
	fldz
	fdivrp
	cmpl	$0, VARIABLE(count)
	PRINT_IF e, "an unmasked one waits"

.Lwait:	fwait
	cmpl	$1, VARIABLE(count)
	PRINT_IF e, "until WAIT"

	cmpl	$.Lwait, VARIABLE(place)
	PRINT_IF e, "which faults"
	END

FUNCTION entry_float
	incl	VARIABLE(count)
	mov	(SP), A
	movl	%eax, VARIABLE(place)
	fnclex
	RETURN
	.size	entry_float, . - entry_float

	HANDLERS

control:
	.word	ZERO_UNMASKED, 0
count:
	.long	0
place:
	.long	0

	TABLES
	EXCEPTION_GATES
	GATE	VECTOR_MF, entry_float
	END_TABLES

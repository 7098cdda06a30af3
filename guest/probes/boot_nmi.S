/* NMIs sent to itself: IF does not matter, one more during the handler is held until IRET, and further ones are lost. */
#include "events.inc"

	EVENTS
	APIC_WRITE APIC_SVR, APIC_ENABLED
	cli
	APIC_WRITE APIC_ICR, ICR_NMI
	NEXT_BLOCK
	cmpl	$2, VARIABLE(count)
	PRINT_IF e, "the second one came after the first"
	cmpl	$1, VARIABLE(deepest)
	PRINT_IF e, "and not within it"
	END

FUNCTION entry_nmi
	incl	VARIABLE(count)
	incl	VARIABLE(depth)
	movl	VARIABLE(depth), %eax
	cmpl	%eax, VARIABLE(deepest)
	jae	1f
	movl	%eax, VARIABLE(deepest)
1:	cmpl	$1, VARIABLE(count)
	jne	1f
	APIC_WRITE APIC_ICR, ICR_NMI
	APIC_WRITE APIC_ICR, ICR_NMI
	NEXT_BLOCK
1:	decl	VARIABLE(depth)
	RETURN
	.size	entry_nmi, . - entry_nmi

	HANDLERS

count:
	.long	0
depth:
	.long	0
deepest:
	.long	0

	TABLES
	GATE	VECTOR_NMI, entry_nmi
	EXCEPTION_GATES
	END_TABLES

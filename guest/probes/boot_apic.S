/* The local APIC in 64-bit mode: an interrupt sent to itself, CR8 that holds one off, and the timer that ends HLT. */
#include "events.inc"

#define VECTOR_SELF 0x51
#define VECTOR_HIGH 0x62
#define VECTOR_APIC_TIMER 0x70

	EVENTS
	APIC_WRITE APIC_SVR, APIC_ENABLED
	sti
	APIC_WRITE APIC_ICR, ICR_TO_SELF | VECTOR_SELF
	NEXT_BLOCK
	cmpl	$1, VARIABLE(count_self)
	PRINT_IF e, "it interrupts itself"

	movl	$5, %eax
	movq	%rax, %cr8
	APIC_WRITE APIC_ICR, ICR_TO_SELF | VECTOR_SELF
	NEXT_BLOCK
	cmpl	$1, VARIABLE(count_self)
	PRINT_IF e, "CR8 holds its class off"

	APIC_WRITE APIC_ICR, ICR_TO_SELF | VECTOR_HIGH
	NEXT_BLOCK
	cmpl	$1, VARIABLE(count_high)
	PRINT_IF e, "and not the class above"

	cmpl	$0x50, APIC_TPR(APIC)
	PRINT_IF e, "TPR shows CR8"

	movl	$4, %eax
	movq	%rax, %cr8
	NEXT_BLOCK
	cmpl	$2, VARIABLE(count_self)
	PRINT_IF e, "lower, CR8 lets it through"

	APIC_WRITE APIC_TPR, 0
	movq	%cr8, %rax
	testl	%eax, %eax
	PRINT_IF z, "CR8 shows TPR"

	cli
	APIC_WRITE APIC_DIVIDE, APIC_BY_1
	APIC_WRITE APIC_LVT_TIMER, VECTOR_APIC_TIMER
	APIC_WRITE APIC_INITIAL_COUNT, 1000
	sti
	hlt
	cmpl	$1, VARIABLE(count_timer)
	PRINT_IF e, "its timer ended HLT"
	END

.macro ENTRY name
FUNCTION entry_\name
	incl	VARIABLE(count_\name)
	APIC_WRITE APIC_EOI, 0
	RETURN
	.size	entry_\name, . - entry_\name
.endm

	ENTRY	self
	ENTRY	high
	ENTRY	timer
	HANDLERS

count_self:
	.long	0
count_high:
	.long	0
count_timer:
	.long	0

	TABLES
	EXCEPTION_GATES
	GATE	VECTOR_SELF, entry_self
	GATE	VECTOR_HIGH, entry_high
	GATE	VECTOR_APIC_TIMER, entry_timer
	END_TABLES

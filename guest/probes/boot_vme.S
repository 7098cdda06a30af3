/* Virtual-8086 mode extensions are left out, and said to be: CPUID does not offer them, CR4 refuses their bits. */
#include "low.inc"

#define CPUID_1_EDX_VME 2
#define CR4_VME 1
#define CR4_PVI 2

.macro REFUSED_CR4 bit
	EXPECT	.Lnext\@
	movl	$\bit, %eax
	movl	%eax, %cr4
.Lnext\@:
.endm

	LOW
	movl	$1, %eax
	cpuid
	andl	$CPUID_1_EDX_VME, %edx
	TELL	"CPUID VME", %edx
	REFUSED_CR4 CR4_VME
	REFUSED_CR4 CR4_PVI
	movl	%cr4, %eax
	TELL	"CR4", %eax
	END

	HANDLERS

	TABLES
	END_DESCRIPTORS
	EXCEPTION_GATES
	END_TABLES

/* MOV CR3 at ring 3: #GP(0). */
#include "probe.inc"

	REFUSED_PROBE
#ifdef __x86_64__
	movq	%rax, %cr3
#else
	movl	%eax, %cr3
#endif
	END_REFUSED_PROBE

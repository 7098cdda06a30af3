/* A jump to a page that is not there: #PF, error code 0x14 where NX or SMEP is on, else 4. */
#include "probe.inc"

	REFUSED_PROBE
	movl	$0x10, %eax
#ifdef __x86_64__
	jmp	*%rax
#else
	jmp	*%eax
#endif
	END_REFUSED_PROBE

/* Single-stepping into a call gate, which clears no flag: the trap comes at the entry's first instruction, and is the program's
 * end all the same. */
#include "probe.inc"
#include "selectors.h"

	REFUSED_PROBE
	SET_TF
#ifdef __x86_64__
	lcall	*gate(%rip)
#else
	lcall	$SELECTOR_CALL_GATE, $0
#endif
	END_REFUSED_PROBE

	.section .rodata
	.balign	4
gate:	.long	0
	.word	SELECTOR_CALL_GATE

/* The instructions that are tried: each ends where it succeeded without leading elsewhere, in INT VECTOR_ARRIVED. Their
 * encodings mean the same in every code size unless the name says otherwise. */
#include "stage.h"

	.section .stage, "ax"

.macro TRY name
	.globl	try_\name
	.type	try_\name, @function
try_\name:
.endm

.macro END name
	int	$VECTOR_ARRIVED
	.size	try_\name, . - try_\name
.endm

TRY int
	int	$VECTOR_TRIED
	END int
TRY int3
	int3
	END int3
TRY int1
	.byte	0xf1
	END int1
TRY ud2
	ud2
	END ud2
#ifndef __x86_64__
TRY into
	into
	END into
TRY bound
	boundl	%eax, (%ebx)
	END bound
#endif
TRY divide
	divb	%cl
	END divide

	.section .note.GNU-stack, "", @progbits

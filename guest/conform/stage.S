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
TRY into
	.byte	0xce
	END into
TRY bound				/* AX or EAX, (BX) or (EBX) */
	.byte	0x62, 0x03
	END bound
TRY divide
	divb	%cl
	END divide
TRY iret				/* of the code's own size; in 64-bit code 32 bits */
	.byte	0xcf
	END iret
TRY iret16
	.byte	0x66, 0xcf
	END iret16
TRY iret64				/* in 64-bit code alone */
	.byte	0x48, 0xcf
	END iret64
TRY hlt
	hlt
	END hlt

	.section .note.GNU-stack, "", @progbits

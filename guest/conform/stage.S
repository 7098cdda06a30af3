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
TRY mov_es				/* from AX */
	.byte	0x8e, 0xc0
	END mov_es
TRY mov_cs				/* no such instruction */
	.byte	0x8e, 0xc8
	END mov_cs
TRY mov_ss
	.byte	0x8e, 0xd0
	END mov_ss
TRY mov_ds
	.byte	0x8e, 0xd8
	END mov_ds
TRY mov_fs
	.byte	0x8e, 0xe0
	END mov_fs
TRY mov_gs
	.byte	0x8e, 0xe8
	END mov_gs
TRY pop_es				/* POP ES to LDS: not in 64-bit code */
	.byte	0x07
	END pop_es
TRY pop_ss
	.byte	0x17
	END pop_ss
TRY pop_ds
	.byte	0x1f
	END pop_ds
TRY les					/* into CX or ECX, from (BX) or (EDI) */
	.byte	0xc4, 0x0f
	END les
TRY lds
	.byte	0xc5, 0x0f
	END lds
TRY pop_fs
	.byte	0x0f, 0xa1
	END pop_fs
TRY pop_gs
	.byte	0x0f, 0xa9
	END pop_gs
TRY lss
	.byte	0x0f, 0xb2, 0x0f
	END lss
TRY lfs
	.byte	0x0f, 0xb4, 0x0f
	END lfs
TRY lgs
	.byte	0x0f, 0xb5, 0x0f
	END lgs

TRY lar					/* of AX, into CX or ECX */
	.byte	0x0f, 0x02, 0xc8
	END lar
TRY lsl
	.byte	0x0f, 0x03, 0xc8
	END lsl
TRY lar16
	.byte	0x66, 0x0f, 0x02, 0xc8
	END lar16
TRY lsl16
	.byte	0x66, 0x0f, 0x03, 0xc8
	END lsl16
TRY verr				/* of AX */
	.byte	0x0f, 0x00, 0xe0
	END verr
TRY verw
	.byte	0x0f, 0x00, 0xe8
	END verw
TRY arpl				/* AX by the RPL of CX; not in 64-bit code */
	.byte	0x63, 0xc8
	END arpl
TRY lldt				/* of AX */
	.byte	0x0f, 0x00, 0xd0
	END lldt
TRY ltr
	.byte	0x0f, 0x00, 0xd8
	END ltr

TRY syscall
	.byte	0x0f, 0x05
	END syscall
TRY sysret				/* to 32-bit code */
	.byte	0x0f, 0x07
	END sysret
TRY sysret64				/* in 64-bit code alone, as all whose name ends so */
	.byte	0x48, 0x0f, 0x07
	END sysret64
TRY sysenter
	.byte	0x0f, 0x34
	END sysenter
TRY sysexit
	.byte	0x0f, 0x35
	END sysexit
TRY sysexit64
	.byte	0x48, 0x0f, 0x35
	END sysexit64
TRY swapgs
	.byte	0x0f, 0x01, 0xf8
	END swapgs

TRY hlt
	hlt
	END hlt

	.section .note.GNU-stack, "", @progbits

/* What every bare boot image is made of. PROBE_MULTIBOOT gives it a multiboot header, so that QEMU boots it too. */
#ifndef GUEST_BOOT_PROBE_H
#define GUEST_BOOT_PROBE_H

#include "host_device.h"

	.section .note.GNU-stack, "", @progbits
	.text

.macro BOOT_IMAGE
#ifdef PROBE_MULTIBOOT
	.balign	4
	.long	0x1badb002, 0, -0x1badb002
#endif
	.globl	_start
	.type	_start, @function
_start:
.endm

.macro END_BOOT_IMAGE
	.size	_start, . - _start
.endm

#endif

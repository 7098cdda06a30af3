/* The in-guest kernels, as the guest build made them. */
	.section .rodata
	.balign 16
	.globl kernel_i386, kernel_i386_end, kernel_x86_64, kernel_x86_64_end, kernel_classic, kernel_classic_end
kernel_i386:
	.incbin KERNEL_I386
kernel_i386_end:
	.balign 16
kernel_x86_64:
	.incbin KERNEL_X86_64
kernel_x86_64_end:
	.balign 16
kernel_classic:
	.incbin KERNEL_CLASSIC
kernel_classic_end:
	.section .note.GNU-stack, "", @progbits

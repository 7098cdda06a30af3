/* The in-guest kernels, carried inside the binary so that `ringside run` needs no other file. */
#ifndef CLI_KERNELS_H
#define CLI_KERNELS_H

extern const unsigned char kernel_i386[], kernel_i386_end[];
extern const unsigned char kernel_x86_64[], kernel_x86_64_end[];
extern const unsigned char kernel_classic[], kernel_classic_end[];

#endif

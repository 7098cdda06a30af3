/* Where things live in memory, shared by assembler, C and the host's tests. Plain #defines only.
 *
 *   x86-64 kernel                              i386 kernel
 *   0xffffffff80000000  kernel image           0xffc00000  windows onto memory above the direct map
 *   0xffff800000000000  physical memory        0xc0000000  physical memory, kernel image in it
 *   0x00007ffffffff000  end of 64-bit programs
 *   0x00000000c0000000  end of 32-bit programs, the same under both kernels
 */
#ifndef GUEST_LAYOUT_H
#define GUEST_LAYOUT_H

#define KERNEL_LOAD_ADDRESS 0x100000

#define X86_64_KERNEL_OFFSET 0xffffffff80000000
#define X86_64_DIRECT_MAP 0xffff800000000000
#define I386_KERNEL_OFFSET 0xc0000000
#define I386_DIRECT_SIZE 0x38000000 /* 896 MiB */
#define I386_WINDOW 0xffc00000

#define USER64_END 0x7ffffffff000
#define USER64_MMAP_TOP 0x7ffff7fff000
#define USER64_PIE_BASE 0x555555554000

#define USER32_END 0xc0000000
#define USER32_STUB 0xbffff000           /* the stub page, a shared object: AT_SYSINFO_EHDR tells it */
#define USER32_STUB_ENTRY 0xbffff800     /* its code: AT_SYSINFO */
#define USER32_STUB_LANDING 0xbffff810   /* where SYSENTER and 32-bit SYSCALL return to */
#define USER32_STUB_AGAIN 0xbffff818     /* where they make a call that a handler interrupted once more */
#define USER32_STUB_SIGRETURN 0xbffff820 /* where handlers return to */
#define USER32_STUB_RT_SIGRETURN 0xbffff830
#define USER32_STACK_TOP 0xbfffe000
#define USER32_MMAP_TOP 0xb7fff000
#define USER32_PIE_BASE 0x56555000

#define USER_STACK_LIMIT 0x800000

/* The classic kernel: one linear address space for all, 64 MiB of it for each task, the kernel's own being
 * task 0's. */
#define CLASSIC_TASK_SIZE 0x4000000
#define CLASSIC_TASK_BASE(task) (CLASSIC_TASK_SIZE * (task))
#define CLASSIC_MEMORY 0x1000000 /* physical memory that is used, mapped at 0 */

#endif

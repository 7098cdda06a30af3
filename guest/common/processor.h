/* What the kernel keeps for the one processor: its stack, its scratch slot, its features; for assembler and
 * C. */
#ifndef GUEST_PROCESSOR_H
#define GUEST_PROCESSOR_H

/* Offsets into struct processor: entry stubs reach it through GS on x86-64. */
#define PROCESSOR_STACK 0x0
#ifdef __x86_64__
#define PROCESSOR_SCRATCH 0x8
#define PROCESSOR_SMAP 0x10
#else
#define PROCESSOR_SMAP 0x8
#endif

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct task;

struct processor {
  uintptr_t stack;   /* top of the kernel stack of the task that runs */
  uintptr_t scratch; /* the program's stack pointer, for a few instructions of entry_syscall */
  bool smap, nx, global_pages;
  bool sysenter, syscall32; /* usable by 32-bit programs under this kernel */
  uint32_t hwcap;           /* CPUID.1:EDX, what AT_HWCAP tells */
  struct task *task;
};

_Static_assert(offsetof(struct processor, stack) == PROCESSOR_STACK, "as the stubs have it");
_Static_assert(offsetof(struct processor, smap) == PROCESSOR_SMAP, "as the stubs have it");
#ifdef __x86_64__
_Static_assert(offsetof(struct processor, scratch) == PROCESSOR_SCRATCH, "as the stubs have it");
#endif

extern struct processor processor;

/* Finds the features and turns on those that protect: WP, NX, SMEP, SMAP, UMIP, and the FPU for programs. */
void processor_init(void);

/* Points SYSCALL and SYSENTER at their entries, where the processor has them. */
void processor_init_entries(void);
#endif

#endif

/* What a program finds on its stack when a handler runs, byte for byte as Linux has it
 * (arch/x86/include/asm/sigframe.h, uapi/asm/sigcontext.h). `32` is the i386 ABI, `64` that of x86-64. */
#ifndef GUEST_SIGNAL_LAYOUT_H
#define GUEST_SIGNAL_LAYOUT_H

#include <stdint.h>

#include "thread_state.h"

struct signal_info32 {
  int32_t number, error, code;
  uint32_t word[29]; /* the sender and its status, or the address of a fault */
};

struct signal_info64 {
  int32_t number, error, code, padding;
  uint32_t word[28];
};

struct signal_stack32 {
  uint32_t base;
  int32_t flags;
  uint32_t size;
};

struct signal_stack64 {
  uint64_t base;
  int32_t flags, padding;
  uint64_t size;
};

struct signal_context32 {
  uint32_t gs, fs, es, ds;
  uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
  uint32_t trap, error, eip, cs, eflags, esp_again, ss;
  uint32_t fpu; /* address of a struct fpu_state32, or 0 */
  uint32_t old_mask, cr2;
};

struct signal_context64 {
  uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
  uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
  uint16_t cs, gs, fs, ss;
  uint64_t error, trap, old_mask, cr2;
  uint64_t fpu; /* address of an FXSAVE image, or 0 */
  uint64_t reserved[8];
};

/* FSAVE's layout first, of which only the control and status words are told here. */
struct fpu_state32 {
  uint32_t control, status, unused[25];
  uint16_t status_again, magic; /* 0: an FXSAVE image follows */
  uint8_t image[FPU_SIZE];
};

struct user_context32 {
  uint32_t flags, link;
  struct signal_stack32 stack;
  struct signal_context32 registers;
  uint32_t mask[2];
};

struct user_context64 {
  uint64_t flags, link;
  struct signal_stack64 stack;
  struct signal_context64 registers;
  uint64_t mask;
};

/* For handlers without SA_SIGINFO. */
struct signal_frame32 {
  uint32_t return_address, number;
  struct signal_context32 registers;
  uint8_t unused[624];
  uint32_t mask_high;
  uint8_t code[8];
};

struct signal_info_frame32 {
  uint32_t return_address, number, info_address, context_address;
  struct signal_info32 info;
  struct user_context32 context;
  uint8_t code[8];
};

struct signal_info_frame64 {
  uint64_t return_address;
  struct user_context64 context;
  struct signal_info64 info;
};

_Static_assert(sizeof(struct signal_info32) == 128 && sizeof(struct signal_info64) == 128, "Linux's size");
_Static_assert(sizeof(struct signal_context32) == 88, "Linux's size");
_Static_assert(sizeof(struct signal_context64) == 256, "Linux's size");
_Static_assert(sizeof(struct fpu_state32) == 624, "Linux's size");
_Static_assert(sizeof(struct signal_frame32) == 732, "Linux's size");
_Static_assert(sizeof(struct user_context64) == 304, "Linux's size");

#endif

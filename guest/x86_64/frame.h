/* The registers an entry stub saves on the kernel stack, for assembler (offsets) and C (struct frame). */
#ifndef GUEST_FRAME_H
#define GUEST_FRAME_H

#define FRAME_R11 0x30
#define FRAME_RCX 0x58
#define FRAME_CAUSE 0x78
#define FRAME_RIP 0x88
#define FRAME_CS 0x90
#define FRAME_FLAGS 0x98
#define FRAME_RSP 0xa0

/* What the call gate leaves on the kernel stack, for entry_call_gate. */
#define CALL_GATE_RIP 0x0
#define CALL_GATE_CS 0x8
#define CALL_GATE_RSP 0x10
#define CALL_GATE_SS 0x18

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bits.h"
#include "selectors.h"

/* From low to high addresses: pushed by the stub down to `cause`; `code` by the processor or by the stub;
 * then the five words of an interrupt in 64-bit mode [SDM3 "64-Bit Mode Stack Frame"]. */
struct frame {
  uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
  uint64_t cause; /* an exception vector, or a CAUSE_ of entry_paths.h */
  uint64_t code;  /* the error code, or the number of the system call */
  uint64_t rip, cs, rflags, rsp, ss;
};

_Static_assert(offsetof(struct frame, r11) == FRAME_R11, "as entry.S has it");
_Static_assert(offsetof(struct frame, rcx) == FRAME_RCX, "as entry.S has it");
_Static_assert(offsetof(struct frame, cause) == FRAME_CAUSE, "as entry.S has it");
_Static_assert(offsetof(struct frame, rip) == FRAME_RIP, "as entry.S has it");
_Static_assert(offsetof(struct frame, cs) == FRAME_CS, "as entry.S has it");
_Static_assert(offsetof(struct frame, rflags) == FRAME_FLAGS, "as entry.S has it");
_Static_assert(offsetof(struct frame, rsp) == FRAME_RSP, "as entry.S has it");

/* Lies right above the frame of CAUSE_CALL_GATE. */
struct call_gate_words {
  uint64_t rip, cs, rsp, ss;
};

_Static_assert(offsetof(struct call_gate_words, rsp) == CALL_GATE_RSP, "as entry.S has it");
_Static_assert(offsetof(struct call_gate_words, ss) == CALL_GATE_SS, "as entry.S has it");

static inline struct call_gate_words *frame_call_gate(struct frame *frame) {
  return (struct call_gate_words *)(frame + 1);
}
/* The number of a system call, where the program's class has it. */
static inline uintptr_t frame_number(const struct frame *frame) {
  return frame->rax;
}
/* Goes on at another instruction, before which nothing has been held off. */
static inline void frame_go_on(struct frame *frame, uintptr_t pc) {
  frame->rip = pc;
  frame->rflags &= ~(uint64_t)FLAGS_RF;
}
static inline int frame_from_user(const struct frame *frame) {
  return (frame->cs & 3) != 0;
}
static inline uintptr_t frame_pc(const struct frame *frame) {
  return frame->rip;
}
static inline uintptr_t frame_flags(const struct frame *frame) {
  return frame->rflags;
}
static inline void frame_set_pc(struct frame *frame, uintptr_t pc) {
  frame->rip = pc;
}

static inline void frame_set_result(struct frame *frame, long result) {
  frame->rax = (uintptr_t)result;
}
static inline long frame_result(const struct frame *frame) {
  return (long)frame->rax;
}
static inline uintptr_t frame_stack(const struct frame *frame) {
  return frame->rsp;
}
static inline void frame_set_stack(struct frame *frame, uintptr_t stack) {
  frame->rsp = stack;
}

/* The registers that IRET takes to start a program; those that are zero stay so. */
static inline void frame_enter(struct frame *frame, bool wide, uintptr_t pc, uintptr_t stack) {
  frame->cs = wide ? SELECTOR_USER_CS64 : SELECTOR_USER_CS32;
  frame->ss = SELECTOR_USER_DS;
  frame->rip = pc;
  frame->rsp = stack;
  frame->rflags = FLAGS_FIXED | FLAGS_IF;
}
#endif

#endif

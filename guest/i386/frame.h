/* The registers an entry stub saves on the kernel stack, for assembler (offsets) and C (struct frame). */
#ifndef GUEST_FRAME_H
#define GUEST_FRAME_H

#define FRAME_CAUSE 0x24
#define FRAME_EIP 0x2c
#define FRAME_CS 0x30
#define FRAME_FLAGS 0x34
#define FRAME_ESP 0x38

/* What the call gate leaves on the kernel stack, for entry_call_gate. */
#define CALL_GATE_EIP 0x0
#define CALL_GATE_CS 0x4
#define CALL_GATE_NUMBER 0x8
#define CALL_GATE_ESP 0x24
#define CALL_GATE_SS 0x28

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bits.h"
#include "entry_paths.h"
#include "selectors.h"

/* From low to high addresses: pushed by the stub down to `cause`; `code` by the processor or by the stub;
 * then the words of an interrupt, of which the last two are there only when it came from a program [SDM3
 * "Exception- or Interrupt-Handler Procedures"]. FS and GS are not saved: the kernel does not touch them. */
struct frame {
  uint32_t ds, es, ebx, ecx, edx, esi, edi, ebp, eax;
  uint32_t cause; /* an exception vector, or a CAUSE_ of entry_paths.h */
  uint32_t code;  /* the error code, or the number of the system call */
  uint32_t eip, cs, eflags, esp, ss;
};

_Static_assert(offsetof(struct frame, cause) == FRAME_CAUSE, "as entry.S has it");
_Static_assert(offsetof(struct frame, eip) == FRAME_EIP, "as entry.S has it");
_Static_assert(offsetof(struct frame, cs) == FRAME_CS, "as entry.S has it");
_Static_assert(offsetof(struct frame, eflags) == FRAME_FLAGS, "as entry.S has it");
_Static_assert(offsetof(struct frame, esp) == FRAME_ESP, "as entry.S has it");

/* Lies right above the frame of CAUSE_CALL_GATE. */
struct call_gate_words {
  uint32_t eip, cs, number, argument[CALL_GATE_WORDS - 1], esp, ss;
};

_Static_assert(offsetof(struct call_gate_words, number) == CALL_GATE_NUMBER, "as entry.S has it");
_Static_assert(offsetof(struct call_gate_words, esp) == CALL_GATE_ESP, "as entry.S has it");
_Static_assert(offsetof(struct call_gate_words, ss) == CALL_GATE_SS, "as entry.S has it");

static inline struct call_gate_words *frame_call_gate(struct frame *frame) {
  return (struct call_gate_words *)(frame + 1);
}
/* The number of a system call, where the program's class has it. */
static inline uintptr_t frame_number(const struct frame *frame) {
  return frame->eax;
}
/* Goes on at another instruction, before which nothing has been held off. */
static inline void frame_go_on(struct frame *frame, uintptr_t pc) {
  frame->eip = pc;
  frame->eflags &= ~(uint32_t)FLAGS_RF;
}
static inline bool frame_from_user(const struct frame *frame) {
  return (frame->cs & 3) != 0;
}
static inline uintptr_t frame_pc(const struct frame *frame) {
  return frame->eip;
}
static inline void frame_set_pc(struct frame *frame, uintptr_t pc) {
  frame->eip = pc;
}

static inline void frame_set_result(struct frame *frame, long result) {
  frame->eax = (uintptr_t)result;
}
static inline long frame_result(const struct frame *frame) {
  return (long)frame->eax;
}
static inline uintptr_t frame_stack(const struct frame *frame) {
  return frame->esp;
}
static inline void frame_set_stack(struct frame *frame, uintptr_t stack) {
  frame->esp = stack;
}

/* The registers that IRET takes to start a program; those that are zero stay so. */
static inline void frame_enter(struct frame *frame, bool wide, uintptr_t pc, uintptr_t stack) {
  (void)wide;
  frame->cs = SELECTOR_USER_CS32;
  frame->ss = frame->ds = frame->es = SELECTOR_USER_DS;
  frame->eip = pc;
  frame->esp = stack;
  frame->eflags = FLAGS_FIXED | FLAGS_IF;
}
#endif

#endif

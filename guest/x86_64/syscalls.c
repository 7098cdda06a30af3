/* From a saved frame to the handler of its system call, and how to go back. */
#include "syscalls.h"

#include "bits.h"
#include "calls.h"
#include "calls_x86_64.h"
#include "entry_paths.h"
#include "errors.h"
#include "frame.h"
#include "layout.h"
#include "leave.h"
#include "processor.h"
#include "schedule.h"
#include "signals.h"
#include "text.h"
#include "user_memory.h"

#define ARGUMENTS 6

static bool is_wide(const struct frame *frame) {
  return frame->cs == SELECTOR_USER_CS64;
}

/* The stub has put one argument on the program's stack, because the path needed its register (see
 * stub/stub.S). */
static bool fetch_stub_argument(struct frame *frame) {
  uint32_t sixth;
  if (frame->cause == CAUSE_SYSCALL32) frame->rcx = (uint32_t)frame->rbp;
  frame->rip = USER32_STUB_LANDING;
  if (!copy_from_user(&sixth, frame->rsp, sizeof sixth)) return false;
  frame->rbp = sixth;
  return true;
}

/* What the i386 kernel's gate copies, a 64-bit one leaves to us [SDM3 "IA-32e Mode Call Gates"]. */
static bool fetch_gate_words(struct frame *frame, uint32_t arguments[ARGUMENTS]) {
  uint32_t words[CALL_GATE_WORDS];
  if (!copy_from_user(words, frame->rsp, sizeof words)) return false;
  frame->code = words[0];
  frame->rsp += sizeof words;
  memcpy(arguments, words + 1, ARGUMENTS * sizeof *arguments);
  return true;
}

/* From where the entry has them; false when that is not the program's memory. */
static bool fetch_narrow(struct frame *frame, uint32_t arguments[ARGUMENTS]) {
  size_t size = ARGUMENTS * sizeof *arguments;
  switch (frame->cause) {
  case CAUSE_STACK_CALL: return copy_from_user(arguments, frame->rsp + sizeof *arguments, size);
  case CAUSE_BLOCK_CALL: return copy_from_user(arguments, (uint32_t)frame->rbx, size);
  case CAUSE_CALL_GATE: return fetch_gate_words(frame, arguments);
  case CAUSE_SYSENTER:
  case CAUSE_SYSCALL32:
    if (!fetch_stub_argument(frame)) return false;
    break;
  default: break;
  }
  const uint64_t registers[ARGUMENTS] = { frame->rbx, frame->rcx, frame->rdx,
                                          frame->rsi, frame->rdi, frame->rbp };
  for (unsigned i = 0; i < ARGUMENTS; i++)
    arguments[i] = (uint32_t)registers[i];
  return true;
}

static long call_i386(struct frame *frame) {
  uint32_t arguments[ARGUMENTS];
  struct call call = { .task = processor.task, .frame = frame, .word_size = sizeof *arguments };
  if (!fetch_narrow(frame, arguments)) return -ERROR_FAULT;
  for (unsigned i = 0; i < ARGUMENTS; i++)
    call.argument[i] = arguments[i];
  return calls_dispatch(&calls_i386, (uint32_t)frame->code, &call);
}

static bool fetch_wide(const struct frame *frame, uintptr_t arguments[ARGUMENTS]) {
  const uintptr_t registers[ARGUMENTS] = { frame->rdi, frame->rsi, frame->rdx,
                                           frame->r10, frame->r8,  frame->r9 };
  switch (frame->cause) {
  case CAUSE_STACK_CALL: return copy_from_user(arguments, frame->rsp + sizeof *arguments, sizeof registers);
  case CAUSE_BLOCK_CALL: return copy_from_user(arguments, frame->rdi, sizeof registers);
  default: memcpy(arguments, registers, sizeof registers); return true;
  }
}

static long call_x86_64(struct frame *frame) {
  struct call call = { .task = processor.task, .frame = frame, .word_size = sizeof *call.argument };
  if (!fetch_wide(frame, call.argument)) return -ERROR_FAULT;
  return calls_dispatch(&calls_x86_64, (uint32_t)frame->code, &call); /* as Linux: EAX counts */
}

/* INT 0x80 carries i386 numbers from 64-bit programs, too, as under Linux. */
static long call_by_class(struct frame *frame) {
  return is_wide(frame) && frame->cause != CAUSE_INT80 ? call_x86_64(frame) : call_i386(frame);
}

/* A function of its own, so that this step has an address: macro_steps.ld names it. */
__attribute__((noinline)) void calls_finish(struct frame *frame, long result) {
  frame->rax = (uint64_t)result;
}

/* RETF goes where the gate's own words say; of a narrow program it skips what was pushed for the gate. */
static bool gate_leads_back(struct frame *frame) {
  struct call_gate_words *words = frame_call_gate(frame);
  words->rsp = frame->rsp;
  return words->rip == frame->rip && words->cs == frame->cs && words->ss == frame->ss;
}

/* SYSRET loads fixed selectors, and with a non-canonical RCX it faults with the program's stack still loaded
 * on Intel [SDM2 "SYSRET"]. */
static bool sysret_leads_back(const struct frame *frame) {
  return frame->rip < USER64_END && is_wide(frame) && frame->ss == SELECTOR_USER_DS;
}

/* Whether the instruction that matches the entry, or the one that the command line chose, can go back to this
 * frame. TF and RF would be lost or trap too early on the short ways. */
static bool quick_return(struct frame *frame) {
  enum leave leave = leave_chosen();
  if (frame->rflags & (FLAGS_TF | FLAGS_RF) || leave == LEAVE_BY_IRET) return false;
  switch (frame->cause) {
  case CAUSE_REPLACED: return false;
  case CAUSE_SYSCALL: return sysret_leads_back(frame);
  case CAUSE_CALL_GATE: return gate_leads_back(frame);
  case CAUSE_SYSCALL32:
  case CAUSE_SYSENTER: return frame->rip == USER32_STUB_LANDING;
  default: return leave == LEAVE_BY_SYSRET && sysret_leads_back(frame);
  }
}

bool do_syscall(struct frame *frame) {
  calls_finish(frame, call_by_class(frame));
  schedule_after_tick();
  signals_deliver_after_call(frame);
  return quick_return(frame);
}

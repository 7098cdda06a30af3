/* From a saved frame to the handler of its system call, and how to go back. */
#include "syscalls.h"
#include "bits.h"
#include "calls.h"
#include "calls_x86_64.h"
#include "entry_paths.h"
#include "errors.h"
#include "frame.h"
#include "layout.h"
#include "processor.h"
#include "user_memory.h"

/* The stub has put one argument on the program's stack, because the path needed its register (see
 * stub/stub.S). */
static bool fetch_stub_arguments(struct frame *frame) {
  uint32_t sixth;
  if (frame->cause == CAUSE_SYSCALL32) frame->rcx = (uint32_t)frame->rbp;
  frame->rip = USER32_STUB_LANDING;
  if (!copy_from_user(&sixth, frame->rsp, sizeof sixth)) return false;
  frame->rbp = sixth;
  return true;
}

static long call_i386(struct frame *frame) {
  struct call call = { .task = processor.task,
                       .frame = frame,
                       .word_size = 4,
                       .argument = { (uint32_t)frame->rbx, (uint32_t)frame->rcx, (uint32_t)frame->rdx,
                                     (uint32_t)frame->rsi, (uint32_t)frame->rdi, (uint32_t)frame->rbp } };
  return calls_dispatch(&calls_i386, (uint32_t)frame->code, &call);
}

static long call_x86_64(struct frame *frame) {
  struct call call = { .task = processor.task,
                       .frame = frame,
                       .word_size = 8,
                       .argument = { frame->rdi, frame->rsi, frame->rdx, frame->r10, frame->r8, frame->r9 } };
  return calls_dispatch(&calls_x86_64, frame->code, &call);
}

/* Whether the instruction that matches the entry can go back to this frame. SYSRET with a non-canonical RCX
 * faults with the program's stack still loaded on Intel [SDM2 "SYSRET"]; TF and RF would be lost or trap too
 * early on the short ways. */
static bool quick_return(const struct frame *frame) {
  bool plain = !(frame->rflags & (FLAGS_TF | FLAGS_RF));
  if (frame->cause == CAUSE_SYSCALL) return plain && frame->rip < USER64_END;
  return plain && frame->rip == USER32_STUB_LANDING;
}

/* A function of its own, so that this step has an address: kernel.ld names it. */
__attribute__((noinline)) void calls_finish(struct frame *frame, long result) {
  frame->rax = (uint64_t)result;
}

bool do_syscall(struct frame *frame) {
  bool by_stub = frame->cause == CAUSE_SYSENTER || frame->cause == CAUSE_SYSCALL32;
  if (by_stub && !fetch_stub_arguments(frame))
    calls_finish(frame, -ERROR_FAULT);
  else
    calls_finish(frame, frame->cause == CAUSE_SYSCALL ? call_x86_64(frame) : call_i386(frame));
  return frame->cause != CAUSE_INT80 && quick_return(frame);
}

/* From a saved frame to the handler of its system call, and how to go back. */
#include "syscalls.h"

#include "bits.h"
#include "calls.h"
#include "entry_paths.h"
#include "errors.h"
#include "frame.h"
#include "layout.h"
#include "processor.h"
#include "user_memory.h"

/* The stub has put the sixth argument on the program's stack, because SYSENTER needed its register (see
 * stub/stub.S). */
static bool fetch_stub_argument(struct frame *frame) {
  frame->eip = USER32_STUB_LANDING;
  return copy_from_user(&frame->ebp, frame->esp, sizeof frame->ebp);
}

static long call_i386(struct frame *frame) {
  struct call call = { .task = processor.task,
                       .frame = frame,
                       .word_size = 4,
                       .argument = { frame->ebx, frame->ecx, frame->edx, frame->esi, frame->edi, frame->ebp } };
  return calls_dispatch(&calls_i386, frame->code, &call);
}

/* A function of its own, so that this step has an address: kernel.ld names it. */
__attribute__((noinline)) void calls_finish(struct frame *frame, long result) {
  frame->eax = (uint32_t)result;
}

bool do_syscall(struct frame *frame) {
  bool complete = frame->cause != CAUSE_SYSENTER || fetch_stub_argument(frame);
  calls_finish(frame, complete ? call_i386(frame) : -ERROR_FAULT);
  return frame->cause == CAUSE_SYSENTER && !(frame->eflags & (FLAGS_TF | FLAGS_RF));
}

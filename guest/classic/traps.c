/* Exceptions: a program's is its end, but for pages that it uses for the first time. */
#include "bits.h"
#include "console.h"
#include "frame.h"
#include "instructions.h"
#include "layout.h"
#include "paging.h"
#include "task.h"

void do_exception(const struct exception_frame *frame);

/* By vector [SDM3 "Exception and Interrupt Reference"]. */
static const char *const names[32] = {
  [0] = "divide error",
  [1] = "debug exception",
  [2] = "non-maskable interrupt",
  [3] = "breakpoint",
  [4] = "overflow",
  [5] = "bound range exceeded",
  [6] = "invalid opcode",
  [7] = "device not available",
  [8] = "double fault",
  [10] = "invalid TSS",
  [11] = "segment not present",
  [12] = "stack-segment fault",
  [13] = "general protection",
  [14] = "page fault",
  [16] = "x87 floating-point error",
  [17] = "alignment check",
  [18] = "machine check",
};

static void tell(const struct exception_frame *frame, const char *where) {
  const char *name = frame->vector < 32 ? names[frame->vector] : NULL;
  console_say("task %u: %s%s, error code %x, at %x:%x", current->number, name ? name : "unexpected exception",
              where, (uintptr_t)frame->code, (uintptr_t)frame->back.cs, (uintptr_t)frame->back.eip);
}

static bool is_absent_page(const struct exception_frame *frame) {
  return frame->vector == VECTOR_PF && !(frame->code & PAGE_FAULT_PRESENT);
}

/* A task may use all of its 64 MiB: a page comes when it is touched first, by the task or for it by the
 * kernel. */
static bool is_own_address(uint32_t linear) {
  return current->number != 0 && linear - CLASSIC_TASK_BASE(current->number) < CLASSIC_TASK_SIZE;
}

/* Every exception that ends a program does so by SIGSEGV, as Linux 0.12 has it. */
void do_exception(const struct exception_frame *frame) {
  uint32_t address = frame->vector == VECTOR_PF ? read_cr2() : 0;
  if (is_absent_page(frame) && is_own_address(address)) {
    if (paging_page(address)) return;
    tell(frame, " for want of memory");
    task_end(SIGNAL_SEGV);
  }
  if (frame->back.cs & 3) {
    tell(frame, "");
    task_end(SIGNAL_SEGV);
  }
  tell(frame, " in the kernel");
  console_refuse("cr2 %x", (uintptr_t)address);
}

/* Exceptions: a program's become its end by a signal, the kernel's own are mended by the exception table or
 * are its end. */
#include "bits.h"
#include "console.h"
#include "exceptions.h"
#include "frame.h"
#include "instructions.h"
#include "paging.h"
#include "processor.h"
#include "schedule.h"
#include "syscalls.h"
#include "task.h"
#include "timer.h"
#include "trap_calls.h"
#include "user_memory.h"
#include "user_share.h"

/* Instructions that may fault, and where to go on then. */
struct fixup {
  uintptr_t fault, landing;
};

extern const struct fixup exception_table[], exception_table_end[];
extern const char entry_sysenter[], entry_call_gate[];

/* By vector [SDM3 "Exception and Interrupt Reference"], with Linux's choice of signals and of what handlers
 * are told: a code, and whether the address is the instruction's. */
static const struct {
  const char *name;
  unsigned signal;
  int code;
  bool at_instruction;
} exceptions[32] = {
  [0] = { "divide error", SIGNAL_FPE, 1, true },
  [1] = { "debug exception", SIGNAL_TRAP, 2, true },
  [3] = { "breakpoint", SIGNAL_TRAP, CODE_KERNEL, false },
  [4] = { "overflow", SIGNAL_SEGV, CODE_KERNEL, false },
  [5] = { "bound range exceeded", SIGNAL_SEGV, CODE_KERNEL, false },
  [6] = { "invalid opcode", SIGNAL_ILL, 2, true },
  [7] = { "device not available", SIGNAL_SEGV, CODE_KERNEL, false },
  [8] = { "double fault", SIGNAL_SEGV, CODE_KERNEL, false },
  [9] = { "coprocessor segment overrun", SIGNAL_FPE, CODE_KERNEL, false },
  [10] = { "invalid TSS", SIGNAL_SEGV, CODE_KERNEL, false },
  [11] = { "segment not present", SIGNAL_BUS, CODE_KERNEL, false },
  [12] = { "stack-segment fault", SIGNAL_BUS, CODE_KERNEL, false },
  [13] = { "general protection", SIGNAL_SEGV, CODE_KERNEL, false },
  [14] = { "page fault", SIGNAL_SEGV, CODE_NOT_MAPPED, false },
  [16] = { "x87 floating-point error", SIGNAL_FPE, 7, true },
  [17] = { "alignment check", SIGNAL_BUS, 1, false },
  [18] = { "machine check", SIGNAL_BUS, CODE_KERNEL, false },
  [19] = { "SIMD floating-point exception", SIGNAL_FPE, 7, true },
  [21] = { "control protection", SIGNAL_SEGV, CODE_KERNEL, false },
};

static const char *name_of(const struct frame *frame) {
  const char *name = frame->cause < 32 ? exceptions[frame->cause].name : NULL;
  return name ? name : "unexpected interrupt";
}

static _Noreturn void panic(const struct frame *frame, uintptr_t address) {
  console_say("panic: %s in the kernel, error code %x, cr2 %x", name_of(frame), (uintptr_t)frame->code,
              address);
  frame_tell(frame);
  halt_for_ever();
}

static _Noreturn void end_program(const struct frame *frame, uintptr_t address) {
  unsigned signal = frame->cause < 32 ? exceptions[frame->cause].signal : 0;
  if (frame->cause == VECTOR_PF)
    task_kill(signal, "page fault at %x, error code %x, pc %x", address, (uintptr_t)frame->code,
              frame_pc(frame));
  task_kill(signal ? signal : SIGNAL_SEGV, "%s, error code %x, pc %x", name_of(frame), (uintptr_t)frame->code,
            frame_pc(frame));
}

/* What a handler is told of a fault. */
static struct signal_info tell_fault(struct task *task, const struct frame *frame, uintptr_t address) {
  struct signal_info info = { .code = exceptions[frame->cause].code };
  if (frame->cause == VECTOR_PF) {
    info.address = address;
    if (address < task->space->user_end && user_all_mapped(task, address & PAGING_FRAME, PAGE_SIZE))
      info.code = CODE_NOT_ALLOWED;
  } else if (exceptions[frame->cause].at_instruction) {
    info.address = frame_pc(frame);
  }
  return info;
}

/* Whether a handler takes the fault, as soon as the program would go on. */
static bool handler_takes(struct frame *frame, uintptr_t address) {
  struct task *task = processor.task;
  struct signal_fault *fault = &task->signals.fault;
  struct signal_info info;
  unsigned signal = frame->cause < 32 ? exceptions[frame->cause].signal : 0;
  if (signal == 0) return false;
  info = tell_fault(task, frame, address);
  if (!signals_catch(task, signal, &info)) return false;
  fault->trap = (uint32_t)frame->cause;
  fault->error = (uint32_t)frame->code;
  if (frame->cause == VECTOR_PF) fault->cr2 = address;
  return true;
}

static bool mend(struct frame *frame) {
  for (const struct fixup *fixup = exception_table; fixup < exception_table_end; fixup++) {
    if (fixup->fault != frame_pc(frame)) continue;
    frame_set_pc(frame, fixup->landing);
    return true;
  }
  return false;
}

/* A program that steps itself through SYSENTER or a call gate, which leave TF set, traps at the first
 * instruction of the entry. */
static bool stepped_into_entry(const struct frame *frame) {
  uintptr_t pc = frame_pc(frame);
  return frame->cause == VECTOR_DB && (pc == (uintptr_t)entry_sysenter || pc == (uintptr_t)entry_call_gate);
}

/* Ticks are minded only here, so that the kernel is never taken from a task in the middle of something. */
static void do_interrupt(struct frame *frame) {
  timer_interrupt(frame);
  if (!frame_from_user(frame)) return;
  schedule_after_tick();
  signals_deliver(frame);
}

void do_exception(struct frame *frame) {
  uintptr_t address = frame->cause == VECTOR_PF ? read_cr2() : 0;
  bool user = frame_from_user(frame);
  if (frame->cause == VECTOR_TIMER || frame->cause == VECTOR_SPURIOUS) {
    do_interrupt(frame);
    return;
  }
  if (user && frame->cause == VECTOR_UD && trap_call(frame)) return;
  if (frame->cause == VECTOR_PF && processor.task &&
      user_mend_page(processor.task, address, frame->code & PAGE_FAULT_PRESENT,
                     frame->code & PAGE_FAULT_WRITE))
    return;
  if (user && handler_takes(frame, address)) {
    signals_deliver(frame);
    return;
  }
  if (user || stepped_into_entry(frame)) end_program(frame, address);
  if (frame->cause == VECTOR_PF && user_pointer_trusted(frame_pc(frame)))
    task_kill(SIGNAL_SEGV, "page fault at %x, error code %x, in a system call that checks ranges alone",
              address, (uintptr_t)frame->code);
  if (!mend(frame)) panic(frame, address);
}

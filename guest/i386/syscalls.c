/* From a saved frame to the handler of its system call, and how to go back. */
#include "syscalls.h"

#include "bits.h"
#include "calls.h"
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

/* The stub has put the sixth argument on the program's stack, because SYSENTER needed its register (see
 * stub/stub.S). */
static bool fetch_stub_argument(struct frame *frame) {
  frame->eip = USER32_STUB_LANDING;
  return copy_from_user(&frame->ebp, frame->esp, sizeof frame->ebp);
}

/* From where the entry has them; false when that is not the program's memory. */
static bool fetch_arguments(struct frame *frame, uint32_t arguments[ARGUMENTS]) {
  size_t size = ARGUMENTS * sizeof *arguments;
  switch (frame->cause) {
  case CAUSE_STACK_CALL: return copy_from_user(arguments, frame->esp + sizeof *arguments, size);
  case CAUSE_BLOCK_CALL: return copy_from_user(arguments, frame->ebx, size);
  case CAUSE_CALL_GATE: memcpy(arguments, frame_call_gate(frame)->argument, size); return true;
  case CAUSE_SYSENTER:
    if (!fetch_stub_argument(frame)) return false;
    break;
  default: break;
  }
  const uint32_t registers[ARGUMENTS] = { frame->ebx, frame->ecx, frame->edx,
                                          frame->esi, frame->edi, frame->ebp };
  memcpy(arguments, registers, size);
  return true;
}

static long call_i386(struct frame *frame) {
  uint32_t arguments[ARGUMENTS];
  struct call call = { .task = processor.task, .frame = frame, .word_size = sizeof *arguments };
  if (!fetch_arguments(frame, arguments)) return -ERROR_FAULT;
  for (unsigned i = 0; i < ARGUMENTS; i++)
    call.argument[i] = arguments[i];
  return calls_dispatch(&calls_i386, frame->code, &call);
}

/* A function of its own, so that this step has an address: macro_steps.ld names it. */
__attribute__((noinline)) void calls_finish(struct frame *frame, long result) {
  frame->eax = (uint32_t)result;
}

/* RETF goes where the gate's own words say. */
static bool gate_leads_back(struct frame *frame) {
  struct call_gate_words *words = frame_call_gate(frame);
  return words->eip == frame->eip && words->cs == frame->cs && words->ss == frame->ss &&
         words->esp + CALL_GATE_WORDS * sizeof(uint32_t) == frame->esp;
}

/* TF and RF would be lost or trap too early on the short ways. */
static bool quick_return(struct frame *frame) {
  if (frame->eflags & (FLAGS_TF | FLAGS_RF) || leave_chosen() == LEAVE_BY_IRET) return false;
  if (frame->cause == CAUSE_CALL_GATE) return gate_leads_back(frame);
  return frame->cause == CAUSE_SYSENTER;
}

bool do_syscall(struct frame *frame) {
  calls_finish(frame, call_i386(frame));
  schedule_after_tick();
  signals_deliver_after_call(frame);
  return quick_return(frame);
}

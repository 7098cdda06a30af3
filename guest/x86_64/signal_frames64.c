/* The frames of 64-bit handlers. */
#include "signal_frames64.h"

#include "bits.h"
#include "entry_paths.h"
#include "frame.h"
#include "segments.h"
#include "signal_frames.h"
#include "signal_layout.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"

#define RED_ZONE 128    /* below the stack pointer, the program's still [System V ABI "The Stack Frame"] */
#define CONTEXT_FLAGS 6 /* UC_SIGCONTEXT_SS, UC_STRICT_RESTORE_SS: SS is told and taken */

static void fill_registers(const struct frame *frame, struct signal_context64 *out) {
  out->r8 = frame->r8;
  out->r9 = frame->r9;
  out->r10 = frame->r10;
  out->r11 = frame->r11;
  out->r12 = frame->r12;
  out->r13 = frame->r13;
  out->r14 = frame->r14;
  out->r15 = frame->r15;
  out->rdi = frame->rdi;
  out->rsi = frame->rsi;
  out->rbp = frame->rbp;
  out->rbx = frame->rbx;
  out->rdx = frame->rdx;
  out->rax = frame->rax;
  out->rcx = frame->rcx;
  out->rsp = frame->rsp;
  out->rip = frame->rip;
  out->rflags = frame->rflags;
  out->cs = (uint16_t)frame->cs;
  out->ss = (uint16_t)frame->ss;
}

static void restore_registers(const struct task *task, struct frame *frame,
                              const struct signal_context64 *in) {
  frame->r8 = in->r8;
  frame->r9 = in->r9;
  frame->r10 = in->r10;
  frame->r11 = in->r11;
  frame->r12 = in->r12;
  frame->r13 = in->r13;
  frame->r14 = in->r14;
  frame->r15 = in->r15;
  frame->rdi = in->rdi;
  frame->rsi = in->rsi;
  frame->rbp = in->rbp;
  frame->rbx = in->rbx;
  frame->rdx = in->rdx;
  frame->rax = in->rax;
  frame->rcx = in->rcx;
  frame->rsp = in->rsp;
  frame->rip = in->rip;
  frame->rflags = signal_flags(task, in->rflags, frame->rflags);
  frame->cs = signal_selector(in->cs);
  frame->ss = signal_selector(in->ss);
  frame->cause = CAUSE_REPLACED;
}

static void fill_info(const struct signal_delivery *delivery, struct signal_info64 *out) {
  const struct signal_info *info = &delivery->task->signals.info[delivery->number - 1];
  out->number = (int32_t)delivery->number;
  out->code = info->code;
  out->word[0] = (uint32_t)info->address | (uint32_t)info->process;
  out->word[1] = (uint32_t)(info->address >> 32);
  out->word[2] = (uint32_t)info->status;
}

static void fill_stack(const struct task *task, uintptr_t pointer, struct signal_stack64 *out) {
  const struct signal_stack *stack = &task->signals.stack;
  out->base = stack->base;
  out->size = stack->size;
  out->flags = stack->size == 0 ? STACK_DISABLED : signals_on_stack(task, pointer) ? STACK_IN_USE : 0;
}

static void fill_frame(const struct signal_delivery *delivery, const struct frame *frame, uintptr_t fpu,
                       struct signal_info_frame64 *out) {
  const struct signals *signals = &delivery->task->signals;
  memset(out, 0, sizeof *out);
  out->return_address = signals->action[delivery->number - 1].restorer;
  out->context.flags = CONTEXT_FLAGS;
  out->context.mask = delivery->mask;
  fill_stack(delivery->task, frame->rsp, &out->context.stack);
  fill_registers(frame, &out->context.registers);
  out->context.registers.fpu = fpu;
  out->context.registers.trap = signals->fault.trap;
  out->context.registers.error = signals->fault.error;
  out->context.registers.cr2 = signals->fault.cr2;
  out->context.registers.old_mask = delivery->mask;
  fill_info(delivery, &out->info);
}

static void enter_handler(struct frame *frame, const struct signal_delivery *delivery, uintptr_t at) {
  frame->cause = CAUSE_REPLACED;
  frame->cs = SELECTOR_USER_CS64;
  frame->ss = SELECTOR_USER_DS;
  frame->rflags &= ~(uint64_t)(FLAGS_TF | FLAGS_DF | FLAGS_RF);
  frame->rip = delivery->task->signals.action[delivery->number - 1].handler;
  frame->rsp = at;
  frame->rax = 0;
  frame->rdi = delivery->number;
  frame->rsi = at + offsetof(struct signal_info_frame64, info);
  frame->rdx = at + offsetof(struct signal_info_frame64, context);
}

static bool push64(struct frame *frame, const struct signal_delivery *delivery) {
  struct task *task = delivery->task;
  struct signal_info_frame64 out;
  uintptr_t top = signal_frame_top(delivery, frame->rsp - RED_ZONE);
  uintptr_t fpu = (top - FPU_SIZE) & ~(uintptr_t)63, at = ((fpu - sizeof out) & ~(uintptr_t)15) - 8;
  bool restorer = task->signals.action[delivery->number - 1].flags & ACTION_RESTORER;
  if (!restorer || (signals_on_stack(task, top) && !signals_on_stack(task, at))) return false;
  fill_frame(delivery, frame, fpu, &out);
  if (!signal_fpu_put(fpu) || !copy_to_user(at, &out, sizeof out)) return false;
  enter_handler(frame, delivery, at);
  return true;
}

bool signal_frame_push(struct frame *frame, const struct signal_delivery *delivery) {
  return delivery->task->space->wide ? push64(frame, delivery) : signal_frame_push32(frame, delivery);
}

/* The handler's RET has taken the return address. */
void signal_frame_pop64(struct task *task, struct frame *frame) {
  uintptr_t at = frame->rsp - sizeof(uint64_t);
  struct signal_info_frame64 in;
  if (!copy_from_user(&in, at, sizeof in) || !signal_fpu_get(in.context.registers.fpu))
    task_kill(SIGNAL_SEGV, "its signal frame at %x cannot be taken", at);
  task->signals.mask = in.context.mask & ~SIGNALS_UNBLOCKABLE;
  restore_registers(task, frame, &in.context.registers);
}

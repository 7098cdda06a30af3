/* The frames of 32-bit handlers, with SA_SIGINFO and without. */
#include "bits.h"
#include "frame.h"
#include "layout.h"
#include "signal_context.h"
#include "signal_frames.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"

/* What Linux has in a frame, though nobody runs it: MOV EAX, number; INT 0x80. */
static const uint8_t code[8] = { 0x58, 0xb8, 119, 0, 0, 0, 0xcd, 0x80 };
static const uint8_t info_code[8] = { 0xb8, 173, 0, 0, 0, 0xcd, 0x80, 0 };

/* Below the FPU's state the frame itself, so that the handler finds the stack as after a call. */
struct place {
  uint32_t fpu, frame;
};

static bool find_place(const struct signal_delivery *delivery, const struct frame *frame, size_t size,
                       struct place *out) {
  uint32_t stack = (uint32_t)frame_stack(frame), top = (uint32_t)signal_frame_top(delivery, stack);
  uint32_t image = (top - FPU_SIZE) & ~63u;
  out->fpu = image - (uint32_t)offsetof(struct fpu_state32, image);
  out->frame = ((out->fpu - (uint32_t)size + 4) & ~15u) - 4;
  return !signals_on_stack(delivery->task, top) || signals_on_stack(delivery->task, out->frame);
}

static void fill_context(const struct signal_delivery *delivery, const struct frame *frame, uint32_t fpu,
                         struct signal_context32 *out) {
  const struct signal_fault *fault = &delivery->task->signals.fault;
  memset(out, 0, sizeof *out);
  signal_context32_fill(frame, out);
  out->trap = fault->trap;
  out->error = fault->error;
  out->cr2 = (uint32_t)fault->cr2;
  out->fpu = fpu;
  out->old_mask = (uint32_t)delivery->mask;
}

static bool put_fpu(uint32_t address) {
  struct fpu_state32 state;
  uint16_t words[2];
  memset(&state, 0, sizeof state);
  if (!signal_fpu_put(address + (uint32_t)offsetof(struct fpu_state32, image)) ||
      !copy_from_user(words, address + (uint32_t)offsetof(struct fpu_state32, image), sizeof words))
    return false;
  state.control = words[0] | 0xffff0000;
  state.status = words[1] | 0xffff0000;
  state.status_again = words[1];
  return copy_to_user(address, &state, offsetof(struct fpu_state32, image));
}

static uint32_t return_address(const struct signal_action *action, uint32_t ours) {
  return action->flags & ACTION_RESTORER ? (uint32_t)action->restorer : ours;
}

static bool push_plain(struct frame *frame, const struct signal_delivery *delivery,
                       const struct signal_action *action) {
  struct signal_frame32 out;
  struct place place;
  if (!find_place(delivery, frame, sizeof out, &place)) return false;
  memset(&out, 0, sizeof out);
  out.return_address = return_address(action, USER32_STUB_SIGRETURN);
  out.number = delivery->number;
  out.mask_high = (uint32_t)(delivery->mask >> 32);
  memcpy(out.code, code, sizeof out.code);
  fill_context(delivery, frame, place.fpu, &out.registers);
  if (!put_fpu(place.fpu) || !copy_to_user(place.frame, &out, sizeof out)) return false;
  signal_context32_enter(frame, (uint32_t)action->handler, place.frame,
                         (const uint32_t[]){ delivery->number, 0, 0 });
  return true;
}

static void fill_stack(const struct task *task, uint32_t pointer, struct signal_stack32 *out) {
  const struct signal_stack *stack = &task->signals.stack;
  out->base = (uint32_t)stack->base;
  out->size = (uint32_t)stack->size;
  out->flags = stack->size == 0 ? STACK_DISABLED : signals_on_stack(task, pointer) ? STACK_IN_USE : 0;
}

static void fill_info(const struct signal_delivery *delivery, struct signal_info32 *out) {
  const struct signal_info *info = &delivery->task->signals.info[delivery->number - 1];
  memset(out, 0, sizeof *out);
  out->number = (int32_t)delivery->number;
  out->code = info->code;
  out->word[0] = (uint32_t)(info->address | (uint32_t)info->process);
  out->word[2] = (uint32_t)info->status;
}

static bool push_info(struct frame *frame, const struct signal_delivery *delivery,
                      const struct signal_action *action) {
  struct signal_info_frame32 out;
  struct place place;
  if (!find_place(delivery, frame, sizeof out, &place)) return false;
  memset(&out, 0, sizeof out);
  out.return_address = return_address(action, USER32_STUB_RT_SIGRETURN);
  out.number = delivery->number;
  out.info_address = place.frame + (uint32_t)offsetof(struct signal_info_frame32, info);
  out.context_address = place.frame + (uint32_t)offsetof(struct signal_info_frame32, context);
  memcpy(out.code, info_code, sizeof out.code);
  fill_info(delivery, &out.info);
  fill_stack(delivery->task, (uint32_t)frame_stack(frame), &out.context.stack);
  fill_context(delivery, frame, place.fpu, &out.context.registers);
  memcpy(out.context.mask, &delivery->mask, sizeof out.context.mask);
  if (!put_fpu(place.fpu) || !copy_to_user(place.frame, &out, sizeof out)) return false;
  signal_context32_enter(frame, (uint32_t)action->handler, place.frame,
                         (const uint32_t[]){ delivery->number, out.info_address, out.context_address });
  return true;
}

bool signal_frame_push32(struct frame *frame, const struct signal_delivery *delivery) {
  const struct signal_action *action = &delivery->task->signals.action[delivery->number - 1];
  return action->flags & ACTION_INFO ? push_info(frame, delivery, action)
                                     : push_plain(frame, delivery, action);
}

static _Noreturn void refuse(uintptr_t at) {
  task_kill(SIGNAL_SEGV, "its signal frame at %x cannot be taken", at);
}

static void go_back(struct task *task, struct frame *frame, const struct signal_context32 *registers,
                    uint64_t mask, uintptr_t at) {
  uint32_t image = registers->fpu + (uint32_t)offsetof(struct fpu_state32, image);
  if (!signal_fpu_get(registers->fpu ? image : 0)) refuse(at);
  task->signals.mask = mask & ~SIGNALS_UNBLOCKABLE;
  signal_context32_restore(task, frame, registers);
}

/* The handler's RET has taken the return address, and what it returned to has taken the number. */
void signal_frame_pop32(struct task *task, struct frame *frame) {
  uintptr_t at = (uint32_t)(frame_stack(frame) - 2 * sizeof(uint32_t));
  struct signal_frame32 in;
  if (!copy_from_user(&in, at, sizeof in)) refuse(at);
  go_back(task, frame, &in.registers, (uint64_t)in.mask_high << 32 | in.registers.old_mask, at);
}

void signal_frame_pop_info32(struct task *task, struct frame *frame) {
  uintptr_t at = (uint32_t)(frame_stack(frame) - sizeof(uint32_t));
  struct signal_info_frame32 in;
  uint64_t mask;
  if (!copy_from_user(&in, at, sizeof in)) refuse(at);
  memcpy(&mask, in.context.mask, sizeof mask);
  go_back(task, frame, &in.context.registers, mask, at);
}

/* Sending signals, and what becomes of them before a program goes on. */
#include "signals.h"

#include "entry_paths.h"
#include "errors.h"
#include "frame.h"
#include "layout.h"
#include "schedule.h"
#include "signal_frames.h"
#include "task.h"
#include "user_memory.h"

#define CALL_LENGTH 2
#define FAR_CALL 0x9a
#define FAR_CALL_LENGTH 7

bool signals_ignored(const struct task *task, unsigned number) {
  uint64_t handler = task->signals.action[number - 1].handler;
  if (handler == HANDLER_IGNORE) return true;
  if (handler != HANDLER_DEFAULT) return false;
  return number == SIGNAL_CHLD || number == SIGNAL_CONT || number == SIGNAL_URG || number == SIGNAL_WINCH;
}

uint64_t signals_open(const struct task *task) {
  uint64_t open = task->signals.pending & ~task->signals.mask;
  for (uint64_t rest = open; rest != 0; rest &= rest - 1) {
    unsigned number = (unsigned)__builtin_ctzll(rest) + 1;
    if (signals_ignored(task, number)) open &= ~SIGNAL_BIT(number);
  }
  return open;
}

void signals_send_info(struct task *task, unsigned number, const struct signal_info *info) {
  struct signals *signals = &task->signals;
  uint64_t bit = SIGNAL_BIT(number);
  if (signals->pending & bit || (signals_ignored(task, number) && !(signals->mask & bit))) return;
  signals->pending |= bit;
  signals->info[number - 1] = *info;
  if (signals_open(task) != 0) schedule_interrupt(task);
}

void signals_send(struct task *task, unsigned number) {
  signals_send_info(task, number, &(struct signal_info){ .code = CODE_USER, .process = task_current()->id });
}

bool signals_catch(struct task *task, unsigned number, const struct signal_info *info) {
  uint64_t handler = task->signals.action[number - 1].handler, bit = SIGNAL_BIT(number);
  if (handler == HANDLER_DEFAULT || handler == HANDLER_IGNORE || task->signals.mask & bit) return false;
  task->signals.pending |= bit;
  task->signals.info[number - 1] = *info;
  return true;
}

/* Only of the first task somebody outside wants to know why; others have a parent that is told. */
static _Noreturn void end_by(const struct task *task, unsigned number) {
  const struct signal_info *info = &task->signals.info[number - 1];
  if (task != task_first()) task_kill(number, NULL);
  if (info->process == 0) task_kill(number, "sent by the kernel");
  if (info->process == task->id) task_kill(number, "sent by itself");
  task_kill(number, "sent by process %u", (unsigned)info->process);
}

/* What the program goes on with when the handler returns. */
static uint64_t mask_after(struct signals *signals) {
  uint64_t mask = signals->restore ? signals->saved_mask : signals->mask;
  signals->restore = false;
  return mask;
}

static void run_handler(struct task *task, struct frame *frame, unsigned number) {
  struct signals *signals = &task->signals;
  struct signal_action *action = &signals->action[number - 1];
  const struct signal_delivery delivery = { task, number, mask_after(signals) };
  if (!signal_frame_push(frame, &delivery))
    task_kill(SIGNAL_SEGV, "no room on its stack for the handler of signal %u, pc %x", number,
              frame_pc(frame));
  signals->mask |= action->mask | (action->flags & ACTION_NO_DEFER ? 0 : SIGNAL_BIT(number));
  signals->mask &= ~SIGNALS_UNBLOCKABLE;
  if (action->flags & ACTION_RESET) action->handler = HANDLER_DEFAULT;
}

void signals_deliver(struct frame *frame) {
  struct task *task = task_current();
  struct signals *signals = &task->signals;
  uint64_t open;
  while ((open = signals_open(task)) != 0) {
    unsigned number = (unsigned)__builtin_ctzll(open) + 1;
    signals->pending &= ~SIGNAL_BIT(number);
    if (signals->action[number - 1].handler == HANDLER_DEFAULT) end_by(task, number);
    run_handler(task, frame, number);
  }
  if (signals->restore) signals->mask = mask_after(signals);
}

/* To the instruction that made the call, or one that makes it likewise. All are two bytes long but for the
 * far call through a gate, whose words the program's stack still has below the pointer; an indirect one does
 * not tell its length. */
static bool step_back(struct frame *frame) {
  bool by_stub = frame->cause == CAUSE_SYSENTER || frame->cause == CAUSE_SYSCALL32;
  uint8_t opcode = 0;
  if (frame->cause != CAUSE_CALL_GATE) {
    frame_go_on(frame, by_stub ? USER32_STUB_AGAIN : frame_pc(frame) - CALL_LENGTH);
    return true;
  }
  copy_from_user(&opcode, frame_pc(frame) - FAR_CALL_LENGTH, sizeof opcode);
  if (opcode != FAR_CALL) return false;
  frame_go_on(frame, frame_pc(frame) - FAR_CALL_LENGTH);
  frame_set_stack(frame, frame_stack(frame) - CALL_GATE_WORDS * sizeof(uint32_t));
  return true;
}

/* A call that a signal interrupted ends so for the program, or begins anew when the handler has returned. */
static void finish_interrupted(const struct task *task, struct frame *frame, uint64_t open) {
  long result = frame_result(frame);
  unsigned number = open ? (unsigned)__builtin_ctzll(open) : 0;
  bool again = open && task->signals.action[number].flags & ACTION_RESTART;
  if (result == -ERROR_INTR_ALWAYS) frame_set_result(frame, -ERROR_INTR);
  if (result == -ERROR_INTR && again && step_back(frame)) frame_set_result(frame, (long)frame->code);
}

void signals_deliver_after_call(struct frame *frame) {
  const struct task *task = task_current();
  if (!task->signals.pending && !task->signals.restore) return;
  if (frame->cause != CAUSE_REPLACED) finish_interrupted(task, frame, signals_open(task));
  signals_deliver(frame);
}

bool signals_on_stack(const struct task *task, uintptr_t stack) {
  const struct signal_stack *alternate = &task->signals.stack;
  return stack > alternate->base && stack - alternate->base <= alternate->size;
}

void signals_reset(struct task *task) {
  struct signals *signals = &task->signals;
  for (unsigned i = 0; i < SIGNAL_COUNT; i++) {
    uint64_t handler = signals->action[i].handler;
    signals->action[i] =
        (struct signal_action){ .handler = handler == HANDLER_IGNORE ? handler : HANDLER_DEFAULT };
  }
  signals->stack = (struct signal_stack){ 0, 0 };
}

/* System calls on signals: actions, masks, stacks, sending and waiting. */
#include "calls.h"
#include "errors.h"
#include "frame.h"
#include "schedule.h"
#include "signal_frames.h"
#include "signals.h"
#include "task.h"
#include "user_memory.h"

#define SMALLEST_STACK 2048

enum mask_change { MASK_BLOCK, MASK_UNBLOCK, MASK_SET };

static bool put_action(struct call *call, uintptr_t address, const struct signal_action *action) {
  return call_put_word(call, address, action->handler) &&
         call_put_word(call, address + call->word_size, action->flags) &&
         call_put_word(call, address + 2 * call->word_size, action->restorer) &&
         copy_to_user(address + 3 * call->word_size, &action->mask, sizeof action->mask);
}

static bool get_action(struct call *call, uintptr_t address, struct signal_action *action) {
  return call_get_word(call, address, 0, &action->handler) &&
         call_get_word(call, address, 1, &action->flags) &&
         call_get_word(call, address, 2, &action->restorer) &&
         copy_from_user(&action->mask, address + 3 * call->word_size, sizeof action->mask);
}

/* A signal that is ignored from now on is not pending any more. */
static void set_action(struct task *task, unsigned number, const struct signal_action *wanted) {
  task->signals.action[number - 1] = *wanted;
  if (signals_ignored(task, number)) task->signals.pending &= ~SIGNAL_BIT(number);
}

static bool changeable(uintptr_t number) {
  return number >= 1 && number <= SIGNAL_COUNT && number != SIGNAL_KILL && number != SIGNAL_STOP;
}

long sys_rt_sigaction(struct call *call) {
  uintptr_t number = call->argument[0];
  struct signal_action wanted;
  if (number < 1 || number > SIGNAL_COUNT || call->argument[3] != sizeof wanted.mask) return -ERROR_INVAL;
  if (call->argument[1] && !changeable(number)) return -ERROR_INVAL;
  if (call->argument[1] && !get_action(call, call->argument[1], &wanted)) return -ERROR_FAULT;
  if (call->argument[2] && !put_action(call, call->argument[2], &call->task->signals.action[number - 1]))
    return -ERROR_FAULT;
  if (call->argument[1]) set_action(call->task, (unsigned)number, &wanted);
  return 0;
}

/* struct old_sigaction: handler, mask, flags, restorer, a word each. */
long sys_i386_sigaction(struct call *call) {
  uintptr_t number = call->argument[0];
  uint32_t in[4], out[4];
  const struct signal_action *action;
  if (number < 1 || number > SIGNAL_COUNT || (call->argument[1] && !changeable(number))) return -ERROR_INVAL;
  if (call->argument[1] && !copy_from_user(in, call->argument[1], sizeof in)) return -ERROR_FAULT;
  action = &call->task->signals.action[number - 1];
  out[0] = (uint32_t)action->handler;
  out[1] = (uint32_t)action->mask;
  out[2] = (uint32_t)action->flags;
  out[3] = (uint32_t)action->restorer;
  if (call->argument[2] && !copy_to_user(call->argument[2], out, sizeof out)) return -ERROR_FAULT;
  if (call->argument[1])
    set_action(call->task, (unsigned)number,
               &(struct signal_action){ .handler = in[0], .mask = in[1], .flags = in[2], .restorer = in[3] });
  return 0;
}

static bool change_mask(uint64_t *mask, uintptr_t how, uint64_t set) {
  switch (how) {
  case MASK_BLOCK: *mask |= set; return true;
  case MASK_UNBLOCK: *mask &= ~set; return true;
  case MASK_SET: *mask = set; return true;
  default: return false;
  }
}

/* `size` bytes of the mask: the i386 ABI's older calls know half of it. */
static long change(struct call *call, size_t size) {
  uint64_t *mask = &call->task->signals.mask, old = *mask, changed = old, set = 0;
  if (call->argument[1]) {
    if (!copy_from_user(&set, call->argument[1], size)) return -ERROR_FAULT;
    if (call->argument[0] == MASK_SET && size < sizeof set) set |= old >> 32 << 32;
    if (!change_mask(&changed, call->argument[0], set)) return -ERROR_INVAL;
  }
  if (call->argument[2] && !copy_to_user(call->argument[2], &old, size)) return -ERROR_FAULT;
  *mask = changed & ~SIGNALS_UNBLOCKABLE;
  return 0;
}

long sys_rt_sigprocmask(struct call *call) {
  return call->argument[3] == sizeof(uint64_t) ? change(call, sizeof(uint64_t)) : -ERROR_INVAL;
}

long sys_i386_sigprocmask(struct call *call) {
  return change(call, sizeof(uint32_t));
}

static long put_pending(const struct call *call, size_t size) {
  uint64_t pending = call->task->signals.pending & call->task->signals.mask;
  return copy_to_user(call->argument[0], &pending, size) ? 0 : -ERROR_FAULT;
}

long sys_rt_sigpending(struct call *call) {
  return call->argument[1] <= sizeof(uint64_t) ? put_pending(call, call->argument[1]) : -ERROR_INVAL;
}

long sys_i386_sigpending(struct call *call) {
  return put_pending(call, sizeof(uint32_t));
}

long sys_pause(struct call *call) {
  while (!schedule_interrupted())
    schedule_sleep(&call->task->signals);
  return -ERROR_INTR_ALWAYS;
}

/* The old mask comes back when a handler has run. */
static long suspend(struct call *call, uint64_t mask) {
  struct signals *signals = &call->task->signals;
  signals->saved_mask = signals->mask;
  signals->restore = true;
  signals->mask = mask & ~SIGNALS_UNBLOCKABLE;
  return sys_pause(call);
}

long sys_rt_sigsuspend(struct call *call) {
  uint64_t mask;
  if (call->argument[1] != sizeof mask) return -ERROR_INVAL;
  return copy_from_user(&mask, call->argument[0], sizeof mask) ? suspend(call, mask) : -ERROR_FAULT;
}

/* The mask is the third argument itself. */
long sys_i386_sigsuspend(struct call *call) {
  return suspend(call, (uint32_t)call->argument[2]);
}

static bool put_stack(const struct call *call, uintptr_t at) {
  const struct task *task = call->task;
  const struct signal_stack *stack = &task->signals.stack;
  bool in_use = signals_on_stack(task, frame_stack(call->frame));
  uint32_t flags = stack->size == 0 ? STACK_DISABLED : in_use ? STACK_IN_USE : 0;
  return call_put_word(call, at, stack->base) && copy_to_user(at + call->word_size, &flags, sizeof flags) &&
         call_put_word(call, at + 2 * call->word_size, stack->size);
}

/* stack_t: where it begins, flags, its size; each takes a word. */
long sys_sigaltstack(struct call *call) {
  struct signal_stack *stack = &call->task->signals.stack;
  uint64_t base = 0, flags = 0, size = 0;
  uintptr_t in = call->argument[0];
  if (in &&
      (!call_get_word(call, in, 0, &base) ||
       !copy_from_user(&flags, in + call->word_size, sizeof(uint32_t)) || !call_get_word(call, in, 2, &size)))
    return -ERROR_FAULT;
  if (in && signals_on_stack(call->task, frame_stack(call->frame))) return -ERROR_PERM;
  if (flags & ~(uint64_t)(STACK_DISABLED | STACK_IN_USE)) return -ERROR_INVAL;
  if (in && !(flags & STACK_DISABLED) && size < SMALLEST_STACK) return -ERROR_NOMEM;
  if (call->argument[1] && !put_stack(call, call->argument[1])) return -ERROR_FAULT;
  if (in)
    *stack = flags & STACK_DISABLED ? (struct signal_stack){ 0, 0 } : (struct signal_stack){ base, size };
  return 0;
}

static void send(struct task *task, unsigned number, int code) {
  if (number == 0) return;
  signals_send_info(task, number, &(struct signal_info){ .code = code, .process = task_current()->id });
}

/* Of everybody, the first task and oneself are spared. */
static bool is_meant(const struct task *task, const struct call *call, int32_t id) {
  if (task->state == TASK_DEAD) return false;
  if (id == -1) return task != task_first() && task != call->task;
  return task->group == (id == 0 ? call->task->group : -id);
}

long sys_kill(struct call *call) {
  int32_t id = (int32_t)call->argument[0];
  uint32_t number = (uint32_t)call->argument[1];
  struct task *task = id > 0 ? task_find(id) : NULL;
  bool found = task;
  if (number > SIGNAL_COUNT) return -ERROR_INVAL;
  if (task) send(task, number, CODE_USER);
  for (unsigned i = 0; id <= 0 && i < TASK_LIMIT; i++) {
    struct task *member = task_at(i);
    if (!member || !is_meant(member, call, id)) continue;
    send(member, number, CODE_USER);
    found = true;
  }
  return found ? 0 : -ERROR_SRCH;
}

static long send_to_thread(int32_t id, uint32_t number) {
  struct task *task = task_find(id);
  if (number > SIGNAL_COUNT || id <= 0) return -ERROR_INVAL;
  if (!task) return -ERROR_SRCH;
  send(task, number, CODE_THREAD);
  return 0;
}

long sys_tkill(struct call *call) {
  return send_to_thread((int32_t)call->argument[0], (uint32_t)call->argument[1]);
}

long sys_tgkill(struct call *call) {
  if (call->argument[0] != call->argument[1]) return -ERROR_SRCH;
  return send_to_thread((int32_t)call->argument[1], (uint32_t)call->argument[2]);
}

/* The frame is another one now, and its result the one that it was interrupted with. */
long sys_i386_sigreturn(struct call *call) {
  signal_frame_pop32(call->task, call->frame);
  return frame_result(call->frame);
}

long sys_i386_rt_sigreturn(struct call *call) {
  signal_frame_pop_info32(call->task, call->frame);
  return frame_result(call->frame);
}

/* One thread: nobody else can wake it, and nobody waits for it. */
long sys_futex(struct call *call) {
  enum { WAIT = 0, COMMAND = 0x7f };
  return (call->argument[1] & COMMAND) == WAIT ? -ERROR_AGAIN : 0;
}

/* System calls on signals: actions and masks are kept, handlers are not run; a signal to oneself has its
 * default effect. */
#include "calls.h"
#include "errors.h"
#include "signals.h"
#include "task.h"
#include "user_memory.h"

#define SIGNAL_KILL 9
#define UNBLOCKABLE (SIGNAL_BIT(SIGNAL_KILL) | SIGNAL_BIT(SIGNAL_STOP))

enum mask_change { MASK_BLOCK, MASK_UNBLOCK, MASK_SET };

/* The lowest pending signal that is not blocked ends the program: a handler of its own would not be run
 * either. */
static void deliver_pending(struct task *task) {
  uint64_t open = task->signals_pending & ~task->signal_mask;
  for (unsigned number = 1; number <= SIGNAL_COUNT; number++) {
    if (!(open & SIGNAL_BIT(number))) continue;
    task->signals_pending &= ~SIGNAL_BIT(number);
    if (signals_ignored(task, number)) continue;
    task_kill(number, task->actions[number - 1].handler == HANDLER_DEFAULT
                          ? "sent by itself"
                          : "sent by itself; this kernel runs no handlers");
  }
}

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

long sys_rt_sigaction(struct call *call) {
  uintptr_t number = call->argument[0];
  struct signal_action wanted, *action;
  if (number < 1 || number > SIGNAL_COUNT || call->argument[3] != sizeof wanted.mask) return -ERROR_INVAL;
  if (call->argument[1] && (number == SIGNAL_KILL || number == SIGNAL_STOP)) return -ERROR_INVAL;
  if (call->argument[1] && !get_action(call, call->argument[1], &wanted)) return -ERROR_FAULT;
  action = &call->task->actions[number - 1];
  if (call->argument[2] && !put_action(call, call->argument[2], action)) return -ERROR_FAULT;
  if (call->argument[1]) *action = wanted;
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

long sys_rt_sigprocmask(struct call *call) {
  uint64_t old = call->task->signal_mask, changed = old, set;
  if (call->argument[3] != sizeof set) return -ERROR_INVAL;
  if (call->argument[1]) {
    if (!copy_from_user(&set, call->argument[1], sizeof set)) return -ERROR_FAULT;
    if (!change_mask(&changed, call->argument[0], set)) return -ERROR_INVAL;
  }
  if (call->argument[2] && !copy_to_user(call->argument[2], &old, sizeof old)) return -ERROR_FAULT;
  call->task->signal_mask = changed & ~UNBLOCKABLE;
  deliver_pending(call->task);
  return 0;
}

long sys_rt_sigpending(struct call *call) {
  const uint64_t *pending = &call->task->signals_pending;
  if (call->argument[1] > sizeof *pending) return -ERROR_INVAL;
  return copy_to_user(call->argument[0], pending, call->argument[1]) ? 0 : -ERROR_FAULT;
}

/* stack_t: no alternate stack is in use, now or later. */
long sys_sigaltstack(struct call *call) {
  enum { DISABLED = 2 };
  uintptr_t at = call->argument[1];
  if (at == 0) return 0;
  if (!call_put_word(call, at, 0) || !call_put_word(call, at + call->word_size, DISABLED))
    return -ERROR_FAULT;
  return call_put_word(call, at + 2 * call->word_size, 0) ? 0 : -ERROR_FAULT;
}

static long send_to_self(struct task *task, uint32_t process, uint32_t number) {
  if (process != (uint32_t)task->id && process != 0) return -ERROR_SRCH;
  if (number > SIGNAL_COUNT) return -ERROR_INVAL;
  if (number == 0 || signals_ignored(task, number)) return 0;
  task->signals_pending |= SIGNAL_BIT(number);
  deliver_pending(task);
  return 0;
}

long sys_kill(struct call *call) {
  return send_to_self(call->task, (uint32_t)call->argument[0], (uint32_t)call->argument[1]);
}

long sys_tkill(struct call *call) {
  if (call->argument[0] != (uintptr_t)call->task->id) return -ERROR_SRCH;
  return sys_kill(call);
}

long sys_tgkill(struct call *call) {
  if (call->argument[0] != (uintptr_t)call->task->id || call->argument[1] != (uintptr_t)call->task->id)
    return -ERROR_SRCH;
  return send_to_self(call->task, 0, (uint32_t)call->argument[2]);
}

/* One thread: nobody else can wake it, and nobody waits for it. */
long sys_futex(struct call *call) {
  enum { WAIT = 0, COMMAND = 0x7f, AGAIN = 11 };
  if ((call->argument[1] & COMMAND) == WAIT) return -AGAIN;
  return 0;
}

/* What becomes of a signal. */
#include "signals.h"

#include "schedule.h"
#include "task.h"

bool signals_ignored(const struct task *task, unsigned number) {
  uint64_t handler = task->actions[number - 1].handler;
  if (handler == HANDLER_IGNORE) return true;
  if (handler != HANDLER_DEFAULT) return false;
  return number == SIGNAL_CHLD || number == SIGNAL_CONT || number == SIGNAL_URG || number == SIGNAL_WINCH;
}

uint64_t signals_open(const struct task *task) {
  uint64_t open = task->signals_pending & ~task->signal_mask;
  for (unsigned number = 1; number <= SIGNAL_COUNT; number++)
    if (open & SIGNAL_BIT(number) && signals_ignored(task, number)) open &= ~SIGNAL_BIT(number);
  return open;
}

void signals_send(struct task *task, unsigned number) {
  if (signals_ignored(task, number)) return;
  task->signals_pending |= SIGNAL_BIT(number);
  if (signals_open(task) != 0) schedule_interrupt(task);
}

void signals_reset(struct task *task) {
  for (unsigned i = 0; i < SIGNAL_COUNT; i++) {
    uint64_t handler = task->actions[i].handler;
    task->actions[i] =
        (struct signal_action){ .handler = handler == HANDLER_IGNORE ? handler : HANDLER_DEFAULT };
  }
}

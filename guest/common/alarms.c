/* Looking at the clock for all tasks. */
#include "alarms.h"

#include "clock.h"
#include "schedule.h"
#include "signals.h"
#include "task.h"

static void ring(struct task *task, uint64_t now) {
  struct alarms *alarms = &task->alarms;
  if (alarms->wake && alarms->wake <= now) {
    alarms->wake = 0;
    schedule_wake_task(task);
  }
  if (alarms->signal && alarms->signal <= now) {
    alarms->signal = alarms->interval ? now + alarms->interval : 0;
    signals_send_info(task, SIGNAL_ALRM, &(struct signal_info){ .code = CODE_KERNEL });
  }
}

static bool lives(const struct task *task) {
  return task && (task->state == TASK_READY || task->state == TASK_ASLEEP);
}

void alarms_ring(void) {
  uint64_t now = clock_elapsed();
  for (unsigned i = 0; i < TASK_LIMIT; i++)
    if (lives(task_at(i))) ring(task_at(i), now);
}

bool alarms_any(void) {
  for (unsigned i = 0; i < TASK_LIMIT; i++)
    if (lives(task_at(i)) && (task_at(i)->alarms.wake || task_at(i)->alarms.signal)) return true;
  return false;
}

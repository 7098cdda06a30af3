/* The one task there is: what it waits for, nobody else can bring. */
#include "schedule.h"

#include "console.h"
#include "signals.h"
#include "task.h"

bool schedule_interrupted(void) {
  return signals_open(task_current()) != 0;
}

void schedule_sleep(const void *channel) {
  (void)channel;
  if (schedule_interrupted()) return;
  console_refuse("deadlock: %s waits, and nobody is left to wake it", task_current()->name);
}

void schedule_wake(const void *channel) {
  (void)channel;
}

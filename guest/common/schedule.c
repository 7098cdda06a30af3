/* Round robin over the tasks that are ready. */
#include "schedule.h"

#include "alarms.h"
#include "console.h"
#include "descriptors.h"
#include "processor.h"
#include "signals.h"
#include "switch.h"
#include "task.h"
#include "timer.h"

bool schedule_interrupted(void) {
  return signals_open(processor.task) != 0;
}

/* The first one ready after the running one; this itself comes last. */
static struct task *next_ready(void) {
  unsigned current = 0;
  while (task_at(current) != processor.task)
    current++;
  for (unsigned i = 1; i <= TASK_LIMIT; i++) {
    struct task *task = task_at((current + i) % TASK_LIMIT);
    if (task && task->state == TASK_READY) return task;
  }
  return NULL;
}

/* Returns when somebody switches back. */
static void switch_task(struct task *next) {
  struct task *task = processor.task;
  thread_state_save(&task->thread);
  processor.task = next;
  processor.stack = (uintptr_t)next->kernel_stack + KERNEL_STACK_SIZE;
  descriptors_set_kernel_stack(processor.stack);
  task_announce(next);
  switch_to(&task->kernel_sp, next->kernel_sp, next->space->root);
  thread_state_load(&task->thread);
}

/* Until something that is due makes a task ready. */
static void idle(void) {
  if (!alarms_any())
    console_refuse("deadlock: %s waits, and nobody is left to wake it", processor.task->name);
  timer_wait();
  if (timer_ticked()) alarms_ring();
}

void schedule(void) {
  struct task *next;
  while (!(next = next_ready()))
    idle();
  if (next != processor.task) switch_task(next);
}

static void sleep_on(const void *channel, bool deaf) {
  struct task *task = processor.task;
  task->channel = channel;
  task->deaf = deaf;
  task->state = TASK_ASLEEP;
  schedule();
}

void schedule_sleep(const void *channel) {
  if (!schedule_interrupted()) sleep_on(channel, false);
}

void schedule_sleep_until(const void *channel, uint64_t moment) {
  timer_start();
  processor.task->alarms.wake = moment;
  schedule_sleep(channel);
  processor.task->alarms.wake = 0;
}

void schedule_sleep_deaf(const void *channel) {
  sleep_on(channel, true);
}

void schedule_wake(const void *channel) {
  for (unsigned i = 0; i < TASK_LIMIT; i++) {
    struct task *task = task_at(i);
    if (task && task->state == TASK_ASLEEP && task->channel == channel) task->state = TASK_READY;
  }
}

void schedule_wake_task(struct task *task) {
  if (task->state == TASK_ASLEEP) task->state = TASK_READY;
}

void schedule_interrupt(struct task *task) {
  if (!task->deaf) schedule_wake_task(task);
}

void schedule_after_tick(void) {
  if (!timer_ticked()) return;
  alarms_ring();
  schedule();
}

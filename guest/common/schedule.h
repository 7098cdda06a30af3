/* Who runs: tasks take turns, wait for something, and bring it. */
#ifndef GUEST_SCHEDULE_H
#define GUEST_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

struct task;

/* Puts the running task to sleep until somebody wakes `channel`, any address that both sides know. It may
 * come back earlier, always when a signal is pending that the task neither blocks nor ignores: callers look
 * again at what they wait for, and give up with -ERROR_INTR when schedule_interrupted(). Refuses when nobody
 * is left to wake anyone. */
void schedule_sleep(const void *channel);

/* The same, but it is over at a moment that clock_elapsed tells. */
void schedule_sleep_until(const void *channel, uint64_t moment);

/* The same as schedule_sleep, but no signal ends it. */
void schedule_sleep_deaf(const void *channel);

/* Makes every task that sleeps on `channel` ready to run. */
void schedule_wake(const void *channel);

/* Ends a task's sleep; schedule_interrupt only if a signal may. */
void schedule_wake_task(struct task *task);
void schedule_interrupt(struct task *task);

/* Whether a signal is pending that the running task neither blocks nor ignores. */
bool schedule_interrupted(void);

/* Lets the next task that is ready run; returns when it is this one's turn again. */
void schedule(void);

/* On the way to a program: when there has been a tick, what is due happens, and others have their turn. */
void schedule_after_tick(void);

#endif

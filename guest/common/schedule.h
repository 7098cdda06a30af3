/* Who runs: tasks that wait for something, and those that bring it. */
#ifndef GUEST_SCHEDULE_H
#define GUEST_SCHEDULE_H

#include <stdbool.h>

/* Puts the running task to sleep until somebody wakes `channel`, any address that both sides know. It may
 * come back earlier, always when a signal is pending that the task neither blocks nor ignores: callers look
 * again at what they wait for, and give up with -ERROR_INTR when schedule_interrupted(). Refuses when nobody
 * is left to wake anyone. */
void schedule_sleep(const void *channel);

/* Makes every task that sleeps on `channel` ready to run. */
void schedule_wake(const void *channel);

/* Whether a signal is pending that the running task neither blocks nor ignores. */
bool schedule_interrupted(void);

#endif

/* Signals: what becomes of each. */
#ifndef GUEST_SIGNALS_H
#define GUEST_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

struct task;

#define HANDLER_DEFAULT 0
#define HANDLER_IGNORE 1
#define ACTION_NO_ZOMBIES 0x2 /* SA_NOCLDWAIT */
#define SIGNAL_BIT(number) (UINT64_C(1) << ((number)-1))

/* Whether a signal would have no effect on the task. */
bool signals_ignored(const struct task *task, unsigned number);

/* The pending signals of a task that are neither blocked nor ignored, signal 1 in bit 0. */
uint64_t signals_open(const struct task *task);

/* Makes a signal pending, unless the task ignores it; it takes effect when the task is about to run its
 * program. */
void signals_send(struct task *task, unsigned number);

/* What is left of the actions for a new program: to ignore some. */
void signals_reset(struct task *task);

#endif

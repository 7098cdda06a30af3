/* The timer: a tick for each hundredth of a second, as soon as somebody needs one. */
#ifndef GUEST_TIMER_H
#define GUEST_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct frame;

/* Starts the ticks, unless they run: no machine with one process that never sleeps has any. */
void timer_start(void);

/* An external interrupt. */
void timer_interrupt(const struct frame *frame);

/* Whether there has been a tick since the last time that this was asked. */
bool timer_ticked(void);

/* Waits for the next one. */
void timer_wait(void);

#endif

/* What happens at a time: the end of sleeps, and SIGALRM. Times are nanoseconds since the clock started; 0 is
 * never. */
#ifndef GUEST_ALARMS_H
#define GUEST_ALARMS_H

#include <stdbool.h>
#include <stdint.h>

struct task;

/* When a task is to be woken, and to get SIGALRM; then again after each `interval`, if that is not 0. */
struct alarms {
  uint64_t wake, signal, interval;
};

/* Lets happen what is due. */
void alarms_ring(void);

/* Whether anything will ever be. */
bool alarms_any(void);

#endif

/* The time that programs are told. */
#ifndef GUEST_CLOCK_H
#define GUEST_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock_time {
  uint64_t seconds;
  uint32_t nanoseconds;
};

/* Starts the clock; real time begins at `epoch`, in seconds since 1970. */
void clock_init(uint64_t epoch);

/* The time since the start, or with `real`, since 1970. */
struct clock_time clock_now(bool real);

/* Nanoseconds since the start, and those at which a moment comes that is told as clock_now does: 0 when it
 * has passed long ago, UINT64_MAX when it never will. */
uint64_t clock_elapsed(void);
uint64_t clock_moment(bool real, uint64_t seconds, uint32_t nanoseconds);

#endif

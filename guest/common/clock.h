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

/* Moves the clock on by an interval, or up to a moment unless that has passed. */
void clock_advance(uint64_t seconds, uint32_t nanoseconds);
void clock_advance_to(bool real, uint64_t seconds, uint32_t nanoseconds);

#endif

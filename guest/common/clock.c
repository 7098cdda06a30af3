/* The clock: one tick of the time-stamp counter is one nanosecond, whatever the processor's speed. */
#include "clock.h"

#include "instructions.h"

#define BILLION 1000000000u

static struct {
  uint64_t start; /* the counter's value at time zero */
  uint64_t epoch;
} wall;

void clock_init(uint64_t epoch) {
  wall.start = read_tsc();
  wall.epoch = epoch;
}

struct clock_time clock_now(bool real) {
  uint64_t elapsed = clock_elapsed();
  struct clock_time now = { elapsed / BILLION, (uint32_t)(elapsed % BILLION) };
  if (real) now.seconds += wall.epoch;
  return now;
}

uint64_t clock_elapsed(void) {
  return read_tsc() - wall.start;
}

uint64_t clock_moment(bool real, uint64_t seconds, uint32_t nanoseconds) {
  uint64_t base = real ? wall.epoch : 0;
  if (seconds < base) return 0;
  if (seconds - base >= UINT64_MAX / BILLION) return UINT64_MAX;
  return (seconds - base) * BILLION + nanoseconds;
}

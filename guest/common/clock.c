/* The clock: one tick of the time-stamp counter is one nanosecond, whatever the processor's speed. */
#include "clock.h"

#include "instructions.h"

#define BILLION 1000000000u

static struct {
  uint64_t start; /* the counter's value at time zero; slept time is taken off */
  uint64_t epoch;
} wall;

void clock_init(uint64_t epoch) {
  wall.start = read_tsc();
  wall.epoch = epoch;
}

struct clock_time clock_now(bool real) {
  uint64_t elapsed = read_tsc() - wall.start;
  struct clock_time now = { elapsed / BILLION, (uint32_t)(elapsed % BILLION) };
  if (real) now.seconds += wall.epoch;
  return now;
}

void clock_advance(uint64_t seconds, uint32_t nanoseconds) {
  wall.start -= seconds * BILLION + nanoseconds;
}

void clock_advance_to(bool real, uint64_t seconds, uint32_t nanoseconds) {
  uint64_t base = real ? wall.epoch : 0;
  uint64_t elapsed = read_tsc() - wall.start;
  uint64_t wanted = seconds < base ? 0 : (seconds - base) * BILLION + nanoseconds;
  if (wanted > elapsed) wall.start -= wanted - elapsed;
}

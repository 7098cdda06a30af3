/* System calls on time: it starts at the epoch of the command line and goes on with the time-stamp counter.
 */
#include "calls.h"
#include "clock.h"
#include "errors.h"
#include "user_memory.h"

#define BILLION 1000000000u
#define CLOCK_REALTIME 0
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_COUNT 12

static long put_clock(uintptr_t clock, unsigned word_size, uintptr_t address) {
  struct clock_time now;
  if (clock >= CLOCK_COUNT) return -ERROR_INVAL;
  now = clock_now(clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE);
  return call_put_pair(word_size, address, now.seconds, now.nanoseconds) ? 0 : -ERROR_FAULT;
}

long sys_clock_gettime(struct call *call) {
  return put_clock(call->argument[0], call->word_size, call->argument[1]);
}

long sys_clock_gettime64(struct call *call) {
  return put_clock(call->argument[0], 8, call->argument[1]);
}

static long put_resolution(struct call *call, unsigned word_size) {
  if (call->argument[0] >= CLOCK_COUNT) return -ERROR_INVAL;
  if (call->argument[1] == 0) return 0;
  return call_put_pair(word_size, call->argument[1], 0, 1) ? 0 : -ERROR_FAULT;
}

long sys_clock_getres(struct call *call) {
  return put_resolution(call, call->word_size);
}

long sys_clock_getres64(struct call *call) {
  return put_resolution(call, 8);
}

long sys_time(struct call *call) {
  uint64_t seconds = clock_now(true).seconds;
  if (call->argument[0] && !call_put_word(call, call->argument[0], seconds)) return -ERROR_FAULT;
  return (long)seconds;
}

long sys_gettimeofday(struct call *call) {
  struct clock_time now = clock_now(true);
  if (call->argument[0] &&
      !call_put_pair(call->word_size, call->argument[0], now.seconds, now.nanoseconds / 1000))
    return -ERROR_FAULT;
  if (call->argument[1] && !call_put_pair(4, call->argument[1], 0, 0)) return -ERROR_FAULT;
  return 0;
}

/* Nobody else could use the time: to sleep is to move the clock on. */
static long sleep(uintptr_t request, unsigned word_size, bool absolute, bool real) {
  uint64_t pair[2] = { 0, 0 };
  if (!copy_from_user(&pair[0], request, word_size) ||
      !copy_from_user(&pair[1], request + word_size, word_size))
    return -ERROR_FAULT;
  if (pair[1] >= BILLION || pair[0] > INT32_MAX) return -ERROR_INVAL;
  if (absolute)
    clock_advance_to(real, pair[0], (uint32_t)pair[1]);
  else
    clock_advance(pair[0], (uint32_t)pair[1]);
  return 0;
}

long sys_nanosleep(struct call *call) {
  return sleep(call->argument[0], call->word_size, false, false);
}

static long clock_sleep(struct call *call, unsigned word_size) {
  enum { ABSOLUTE = 1 };
  if (call->argument[0] >= CLOCK_COUNT) return -ERROR_INVAL;
  return sleep(call->argument[2], word_size, call->argument[1] & ABSOLUTE,
               call->argument[0] == CLOCK_REALTIME);
}

long sys_clock_nanosleep(struct call *call) {
  return clock_sleep(call, call->word_size);
}

long sys_clock_nanosleep64(struct call *call) {
  return clock_sleep(call, 8);
}

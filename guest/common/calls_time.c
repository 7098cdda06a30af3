/* System calls on time: it starts at the epoch of the command line and goes on with the time-stamp counter.
 */
#include "calls.h"
#include "clock.h"
#include "errors.h"
#include "schedule.h"
#include "signals.h"
#include "task.h"
#include "timer.h"
#include "user_memory.h"

#define BILLION UINT64_C(1000000000)
#define CLOCK_REALTIME 0
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_COUNT 12
#define TIMER_REAL 0 /* the one interval timer there is */

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

/* A span of time as the caller has it; false when it is none, or cannot be read (*error). */
static bool get_span(uintptr_t at, unsigned word_size, uint64_t pair[2], long *error) {
  *error = -ERROR_FAULT;
  if (!call_get_pair(word_size, at, pair)) return false;
  *error = -ERROR_INVAL;
  return pair[1] < BILLION && pair[0] <= INT32_MAX;
}

/* A signal ends it, and then the caller is told how much is left of a span. */
static long sleep_until(struct call *call, uint64_t moment, uintptr_t rest, unsigned word_size) {
  uint64_t now;
  while ((now = clock_elapsed()) < moment) {
    if (!schedule_interrupted()) {
      schedule_sleep_until(call->task, moment);
      continue;
    }
    if (rest && !call_put_pair(word_size, rest, (moment - now) / BILLION, (moment - now) % BILLION))
      return -ERROR_FAULT;
    return -ERROR_INTR_ALWAYS;
  }
  return 0;
}

static long sleep_for(struct call *call, uintptr_t request, uintptr_t rest, unsigned word_size) {
  uint64_t span[2];
  long error;
  if (!get_span(request, word_size, span, &error)) return error;
  return sleep_until(call, clock_elapsed() + span[0] * BILLION + span[1], rest, word_size);
}

long sys_nanosleep(struct call *call) {
  return sleep_for(call, call->argument[0], call->argument[1], call->word_size);
}

static long clock_sleep(struct call *call, unsigned word_size) {
  enum { ABSOLUTE = 1 };
  uint64_t moment[2];
  long error;
  if (call->argument[0] >= CLOCK_COUNT) return -ERROR_INVAL;
  if (!(call->argument[1] & ABSOLUTE))
    return sleep_for(call, call->argument[2], call->argument[3], word_size);
  if (!get_span(call->argument[2], word_size, moment, &error)) return error;
  return sleep_until(call, clock_moment(call->argument[0] == CLOCK_REALTIME, moment[0], (uint32_t)moment[1]),
                     0, word_size);
}

long sys_clock_nanosleep(struct call *call) {
  return clock_sleep(call, call->word_size);
}

long sys_clock_nanosleep64(struct call *call) {
  return clock_sleep(call, 8);
}

/* What is left of a timer, and what it is set to then. */
static void exchange_timer(struct task *task, uint64_t first, uint64_t interval, uint64_t *left,
                           uint64_t *old) {
  uint64_t now = clock_elapsed();
  *old = task->alarms.interval;
  *left = task->alarms.signal > now ? task->alarms.signal - now : task->alarms.signal ? 1 : 0;
  task->alarms.signal = first ? now + first : 0;
  task->alarms.interval = interval;
  if (first) timer_start();
}

/* In seconds; what is left of one counts as a whole one. */
long sys_alarm(struct call *call) {
  uint64_t left, interval;
  exchange_timer(call->task, (uint64_t)(uint32_t)call->argument[0] * BILLION, 0, &left, &interval);
  return (long)((left + BILLION - 1) / BILLION);
}

/* struct itimerval: the interval and what is left, in seconds and microseconds each. */
static bool put_timer(const struct call *call, uintptr_t at, uint64_t left, uint64_t interval) {
  return call_put_pair(call->word_size, at, interval / BILLION, interval % BILLION / 1000) &&
         call_put_pair(call->word_size, at + 2 * call->word_size, left / BILLION, left % BILLION / 1000);
}

long sys_getitimer(struct call *call) {
  const struct alarms *alarms = &call->task->alarms;
  uint64_t now = clock_elapsed();
  if (call->argument[0] != TIMER_REAL) return -ERROR_INVAL;
  return put_timer(call, call->argument[1], alarms->signal > now ? alarms->signal - now : 0, alarms->interval)
             ? 0
             : -ERROR_FAULT;
}

long sys_setitimer(struct call *call) {
  uint64_t word[4] = { 0 }, left, interval;
  if (call->argument[0] != TIMER_REAL) return -ERROR_INVAL;
  for (unsigned i = 0; call->argument[1] && i < 4; i++)
    if (!call_get_word(call, call->argument[1], i, &word[i])) return -ERROR_FAULT;
  for (unsigned i = 0; i < 4; i++)
    if (word[i] > (i % 2 ? 999999 : INT32_MAX)) return -ERROR_INVAL;
  exchange_timer(call->task, word[2] * BILLION + word[3] * 1000, word[0] * BILLION + word[1] * 1000, &left,
                 &interval);
  return !call->argument[2] || put_timer(call, call->argument[2], left, interval) ? 0 : -ERROR_FAULT;
}

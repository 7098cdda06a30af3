/* Sleeps, sets alarms, and takes turns with processes that never give up the processor: the same on Linux,
 * line by line. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t handled;

static void count(int number) {
  (void)number;
  handled++;
}

static void set(int number, void (*handler)(int), int flags) {
  struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
  sigaction(number, &action, NULL);
}

static void say(const char *title, int result) {
  printf("%s: %d %s\n", title, result, result < 0 ? strerror(errno) : "");
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void sleeps(void) {
  struct timespec span = { 0, 30000000 }, rest = { 9, 9 }, moment;
  int64_t before = now();
  say("nanosleep", nanosleep(&span, NULL));
  printf("it took long enough: %d\n", now() - before >= 30000000);
  span.tv_nsec = 1000000000;
  say("no span", nanosleep(&span, NULL));
  clock_gettime(CLOCK_REALTIME, &moment);
  moment.tv_nsec += 20000000;
  if (moment.tv_nsec >= 1000000000) moment.tv_nsec -= 1000000000, moment.tv_sec++;
  say("until a moment", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &moment, NULL));
  moment = (struct timespec){ 0, 0 };
  say("until one that has been", clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &moment, NULL));
  set(SIGALRM, count, SA_RESTART);
  handled = 0;
  ualarm(20000, 0);
  span = (struct timespec){ 5, 0 };
  say("a sleep that an alarm ends", nanosleep(&span, &rest));
  printf("handled %d, what is left: %d\n", (int)handled, rest.tv_sec == 4 && rest.tv_nsec > 0);
}

static void alarms(void) {
  struct itimerval timer = { .it_interval = { 0, 20000 }, .it_value = { 0, 20000 } }, old;
  int64_t before = now();
  int status;
  say("no alarm was set", (int)alarm(100));
  say("one was", (int)alarm(0));
  handled = 0;
  setitimer(ITIMER_REAL, &timer, NULL);
  while (handled < 3)
    pause();
  printf("three times in time: %d\n", now() - before >= 60000000);
  timer = (struct itimerval){ { 0, 0 }, { 0, 0 } };
  setitimer(ITIMER_REAL, &timer, &old);
  printf("its interval: %ld\n", (long)old.it_interval.tv_usec);
  getitimer(ITIMER_REAL, &old);
  printf("now: %ld\n", (long)old.it_value.tv_usec);
  if (fork() == 0) {
    signal(SIGALRM, SIG_DFL);
    ualarm(10000, 0);
    for (;;)
      pause();
  }
  wait(&status);
  printf("without a handler: ended by signal %d\n", WTERMSIG(status));
}

/* It never calls the kernel: only the timer takes the processor from it. */
static void spin(void) {
  while (!handled)
    __asm__ volatile("" ::: "memory");
}

static void preemption(void) {
  pid_t parent = getpid(), busy, other;
  int status;
  handled = 0;
  set(SIGUSR1, count, 0);
  busy = fork();
  if (busy == 0) {
    spin();
    _exit(handled);
  }
  other = fork();
  if (other == 0) {
    kill(parent, SIGUSR1);
    spin();
    _exit(handled);
  }
  spin();
  printf("three that spin take turns: %d\n", (int)handled);
  kill(busy, SIGUSR1);
  kill(other, SIGUSR1);
  waitpid(busy, &status, 0);
  printf("one ends with %d\n", WEXITSTATUS(status));
  waitpid(other, &status, 0);
  printf("the other with %d\n", WEXITSTATUS(status));
  busy = fork();
  if (busy == 0) {
    signal(SIGUSR1, SIG_DFL);
    handled = 0;
    spin();
  }
  usleep(20000);
  kill(busy, SIGKILL);
  waitpid(busy, &status, 0);
  printf("the last by signal %d\n", WTERMSIG(status));
}

/* Registers and flags survive being interrupted anywhere. */
static uint64_t hash(uint64_t seed) {
  double sum = 1;
  for (unsigned i = 0; i < 3000000; i++) {
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    sum += (double)(seed >> 40) / 3;
  }
  return seed ^ (uint64_t)sum;
}

static void undisturbed(void) {
  int ends[2];
  uint64_t results[4], mine;
  if (pipe(ends) < 0) return;
  for (int i = 0; i < 4; i++) {
    if (fork() != 0) continue;
    mine = hash(7);
    _exit(write(ends[1], &mine, sizeof mine) != sizeof mine);
  }
  while (wait(NULL) > 0)
    continue;
  mine = hash(7);
  if (read(ends[0], results, sizeof results) != sizeof results) return;
  for (int i = 0; i < 4; i++)
    printf("result %d is right: %d\n", i, results[i] == mine);
  close(ends[0]);
  close(ends[1]);
}

static void in_order(void) {
  fflush(stdout);
  for (int i = 0; i < 3; i++) {
    if (fork() != 0) continue;
    usleep((unsigned)(3 - i) * 60000);
    printf("awake: %d\n", i);
    exit(0);
  }
  while (wait(NULL) > 0)
    continue;
}

static void polls(void) {
  int ends[2];
  struct pollfd entry;
  int64_t before = now();
  if (pipe(ends) < 0) return;
  entry = (struct pollfd){ ends[0], POLLIN, 0 };
  say("poll in vain", poll(&entry, 1, 30));
  printf("it took long enough: %d\n", now() - before >= 30000000);
  if (fork() == 0) {
    usleep(20000);
    _exit(write(ends[1], "x", 1) != 1);
  }
  say("poll", poll(&entry, 1, 10000));
  printf("ready: %d\n", entry.revents == POLLIN);
  wait(NULL);
  close(ends[0]);
  close(ends[1]);
}

/* Whether a call that a signal interrupts is made again is the handler's choice. */
static void interrupted(int flags) {
  int ends[2], result;
  char byte = 0;
  pid_t parent = getpid(), id;
  if (pipe(ends) < 0) return;
  handled = 0;
  set(SIGUSR2, count, flags);
  id = fork();
  if (id == 0) {
    close(ends[0]);
    usleep(30000); /* until it reads */
    kill(parent, SIGUSR2);
    usleep(30000);
    _exit(write(ends[1], "x", 1) != 1);
  }
  close(ends[1]);
  result = (int)read(ends[0], &byte, 1);
  say(flags ? "read that begins anew" : "read", result);
  printf("handled %d\n", (int)handled);
  if (result < 0 && read(ends[0], &byte, 1) == 1) printf("and once more by hand\n");
  waitpid(id, NULL, 0);
  close(ends[0]);
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  sleeps();
  alarms();
  preemption();
  undisturbed();
  in_order();
  polls();
  interrupted(0);
  interrupted(SA_RESTART);
  return 0;
}

/* Makes processes, waits for them, and looks whether their memories are apart: the same on Linux, line by
 * line. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int global = 1;

static void print_status(const char *title, int status) {
  if (WIFEXITED(status))
    printf("%s: exited with %d\n", title, WEXITSTATUS(status));
  else if (WIFSIGNALED(status))
    printf("%s: ended by signal %d\n", title, WTERMSIG(status));
  else
    printf("%s: status %#x\n", title, status);
  fflush(stdout);
}

/* Runs a function in a child, whose exit status is what it returns. */
static pid_t start(int (*run)(void)) {
  pid_t id = fork();
  if (id != 0) return id;
  _exit(run());
}

static void await(const char *title, pid_t id) {
  int status = -1;
  pid_t got = waitpid(id, &status, 0);
  if (got != id) printf("%s: waitpid gives %s\n", title, got < 0 ? strerror(errno) : "another");
  print_status(title, status);
}

static int exit_with_42(void) {
  return 42;
}

static int exit_with_256(void) {
  _exit(256 + 7);
}

static int write_memory(void) {
  int local = 5;
  char *heap = malloc(100000);
  memset(heap, 'c', 100000);
  global += 10;
  local += 10;
  return global + local;
}

static int read_null(void) {
  return *(volatile int *)0;
}

static int divide(void) {
  volatile int zero = 0;
  return 100 / zero;
}

static int raise_abort(void) {
  abort();
}

static int kill_self(void) {
  kill(getpid(), SIGKILL);
  return 0;
}

static int wait_without_children(void) {
  return waitpid(-1, NULL, 0) < 0 ? errno : 0;
}

static int nested(void) {
  int status;
  pid_t id = start(exit_with_42);
  waitpid(id, &status, 0);
  return WEXITSTATUS(status) + 1;
}

static int parent_is_right(void) {
  return getppid() > 0 && getpgrp() == getpgid(getppid()) ? 0 : 1;
}

static int make_session(void) {
  if (setsid() != getpid() || getpgrp() != getpid() || getsid(0) != getpid()) return 1;
  return setsid() < 0 && errno == EPERM ? 0 : 2;
}

static int stack_grows(void) {
  volatile char deep[300000];
  deep[0] = 1;
  deep[sizeof deep - 1] = 2;
  return deep[0] + deep[sizeof deep - 1];
}

static double one_third = 1.0 / 3;

/* Each keeps its own FPU registers while they take turns. */
static int keeps_fpu(void) {
  double sum = one_third;
  for (int i = 0; i < 100; i++) {
    sum += i * one_third;
    sched_yield();
  }
  return (int)sum % 256;
}

static void memory_is_apart(void) {
  int *shared_value = malloc(sizeof *shared_value * 100000);
  *shared_value = 3;
  global = 1;
  await("a child that writes", start(write_memory));
  printf("here: %d, %d\n", global, *shared_value);
  for (int i = 0; i < 3; i++) {
    pid_t id = fork();
    if (id == 0) {
      *shared_value += i;
      global += *shared_value;
      _exit(global);
    }
    global++;
    await("a child of a changing parent", id);
  }
  free(shared_value);
}

static void protections_are_kept(void) {
  char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pid_t id;
  page[0] = 'x';
  mprotect(page, 4096, PROT_READ);
  id = fork();
  if (id == 0) {
    page[0] = 'y';
    _exit(page[0]);
  }
  await("a write to a page that can be read", id);
  id = fork();
  if (id == 0) {
    mprotect(page, 4096, PROT_READ | PROT_WRITE);
    page[0] = 'y';
    _exit(page[0] == 'y');
  }
  await("after mprotect", id);
  printf("here: %c\n", page[0]);
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
  id = fork();
  if (id == 0) {
    madvise(page, 4096, MADV_DONTNEED);
    _exit(page[0] == 0 ? 0 : 1);
  }
  await("a page given up", id);
  printf("here: %c\n", page[0]);
}

static void waits(void) {
  int status = 0;
  pid_t first = start(exit_with_42), second = start(exit_with_256), got;
  got = waitpid(1 << 22, &status, 0);
  printf("another's child: %d %s\n", got, strerror(errno));
  got = wait(&status);
  printf("one of them: %d\n", got == first || got == second);
  got = wait(&status);
  printf("the other: %d\n", got == first || got == second);
  got = wait(&status);
  printf("no more: %d %s\n", got, strerror(errno));
  first = start(exit_with_42);
  while ((got = waitpid(first, &status, WNOHANG)) == 0)
    sched_yield();
  printf("without waiting: %d\n", got == first);
  print_status("it", status);
}

static void with_waitid(void) {
  siginfo_t info;
  pid_t id = start(exit_with_42);
  int got = waitid(P_PID, (id_t)id, &info, WEXITED | WNOWAIT);
  printf("waitid: %d, code %d, status %d, %d\n", got, info.si_code, info.si_status, info.si_pid == id);
  await("it is still there", id);
  id = start(kill_self);
  got = waitid(P_ALL, 0, &info, WEXITED);
  printf("waitid: %d, code %d, status %d, %d\n", got, info.si_code, info.si_status, info.si_pid == id);
  got = waitid(P_ALL, 0, &info, WEXITED);
  printf("no more: %d %s\n", got, strerror(errno));
  got = waitid(P_ALL, 0, &info, WNOHANG);
  printf("for nothing: %d %s\n", got, strerror(errno));
}

static void with_vfork(void) {
  volatile int seen = 1;
  pid_t id = vfork();
  if (id == 0) {
    seen = 2;
    _exit(3);
  }
  await("vfork", id);
  printf("the child wrote %d\n", seen);
}

static void takes_turns(void) {
  pid_t id[3];
  for (int i = 0; i < 3; i++)
    id[i] = start(keeps_fpu);
  for (int i = 0; i < 3; i++)
    await("a child with an FPU", id[i]);
}

int main(void) {
  await("exit", start(exit_with_42));
  await("exit, the low byte", start(exit_with_256));
  await("null", start(read_null));
  await("division", start(divide));
  await("abort", start(raise_abort));
  await("kill", start(kill_self));
  await("no children", start(wait_without_children));
  await("nested", start(nested));
  await("parent", start(parent_is_right));
  await("session", start(make_session));
  await("stack", start(stack_grows));
  memory_is_apart();
  protections_are_kept();
  waits();
  with_waitid();
  with_vfork();
  takes_turns();
  return 0;
}

/* Has signals handled in every way, sent, by faults and by children: the same on Linux, line by line. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static volatile int handled, last_code, depth;
static volatile uintptr_t last_address;
static sigjmp_buf back;

static void count(int number) {
  handled = handled * 100 + number;
}

static void set(int number, void (*handler)(int), int flags) {
  struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
  sigaction(number, &action, NULL);
}

static void set_info(int number, void (*handler)(int, siginfo_t *, void *), int flags) {
  struct sigaction action = { .sa_sigaction = handler, .sa_flags = flags | SA_SIGINFO };
  sigaction(number, &action, NULL);
}

static void say(const char *title, int result) {
  printf("%s: %d %s\n", title, result, result < 0 ? strerror(errno) : "");
}

static void sent(void) {
  sigset_t set_of_one, pending;
  set(SIGUSR1, count, 0);
  handled = 0;
  raise(SIGUSR1);
  kill(getpid(), SIGUSR1);
  printf("sent twice: %d\n", handled);
  sigemptyset(&set_of_one);
  sigaddset(&set_of_one, SIGUSR1);
  sigprocmask(SIG_BLOCK, &set_of_one, NULL);
  handled = 0;
  raise(SIGUSR1);
  raise(SIGUSR1);
  sigpending(&pending);
  printf("blocked: %d, pending %d\n", handled, sigismember(&pending, SIGUSR1));
  sigprocmask(SIG_UNBLOCK, &set_of_one, NULL);
  printf("then: %d\n", handled);
  signal(SIGUSR2, SIG_IGN);
  raise(SIGUSR2);
  set(SIGUSR1, count, SA_RESETHAND);
  raise(SIGUSR1);
  printf("reset: %d\n", signal(SIGUSR1, SIG_DFL) == SIG_DFL);
  say("nobody", kill(1 << 22, 0));
  say("no signal", kill(getpid(), 65));
  printf("unchangeable: %d\n", sigaction(SIGKILL, &(struct sigaction){ .sa_handler = count }, NULL));
}

/* A handler in a handler, and what is blocked meanwhile. */
static void nest(int number) {
  int mine = ++depth;
  if (mine < 3) raise(number);
  printf("depth %d ends\n", mine);
}

static void nested(void) {
  depth = 0;
  set(SIGUSR1, nest, 0);
  raise(SIGUSR1);
  depth = 0;
  set(SIGUSR1, nest, SA_NODEFER);
  raise(SIGUSR1);
  signal(SIGUSR1, SIG_DFL);
}

static void tell_and_leave(int number, siginfo_t *info, void *context) {
  (void)context;
  handled = number;
  last_code = info->si_code;
  last_address = (uintptr_t)info->si_addr;
  siglongjmp(back, 1);
}

static void tell(const char *title) {
  printf("%s: signal %d, code %d, address %#lx\n", title, handled, last_code, (unsigned long)last_address);
}

static void faults(void) {
  static const int constant = 1;
  volatile int zero = 0;
  set_info(SIGSEGV, tell_and_leave, 0);
  set_info(SIGFPE, tell_and_leave, 0);
  set_info(SIGILL, tell_and_leave, 0);
  set_info(SIGTRAP, tell_and_leave, 0);
  if (sigsetjmp(back, 1) == 0) *(volatile int *)(uintptr_t)0x1234 = 1;
  tell("a write to nothing");
  if (sigsetjmp(back, 1) == 0) *(volatile int *)(uintptr_t)&constant = 1;
  last_address = last_address == (uintptr_t)&constant;
  tell("a write to a constant");
  if (sigsetjmp(back, 1) == 0) zero = 5 / zero;
  last_address = last_address != 0;
  tell("a division");
  if (sigsetjmp(back, 1) == 0) __asm__ volatile("ud2");
  last_address = last_address != 0;
  tell("ud2");
  if (sigsetjmp(back, 1) == 0) __asm__ volatile("int3");
  tell("int3");
  if (sigsetjmp(back, 1) == 0) __asm__ volatile("hlt");
  tell("hlt");
  if (sigsetjmp(back, 1) == 0) __asm__ volatile("int $0x33");
  tell("int 0x33");
  signal(SIGFPE, SIG_DFL);
  signal(SIGILL, SIG_DFL);
  signal(SIGTRAP, SIG_DFL);
}

#ifdef __x86_64__
#define PC REG_RIP
#define RESULT REG_RAX
#define TRAP REG_TRAPNO
#define LONG_MOVE ".byte 0x48, 0x8b, 0x04, 0x25, 0x34, 0x12, 0, 0" /* mov 0x1234, %rax */
enum { MOVE_LENGTH = 8 };
#else
#define PC REG_EIP
#define RESULT REG_EAX
#define TRAP REG_TRAPNO
#define LONG_MOVE ".byte 0xa1, 0x34, 0x12, 0, 0" /* mov 0x1234, %eax */
enum { MOVE_LENGTH = 5 };
#endif

/* Skips the instruction and gives it a result. */
static void skip(int number, siginfo_t *info, void *context) {
  ucontext_t *user = context;
  handled = number;
  last_code = (int)user->uc_mcontext.gregs[TRAP];
  last_address = (uintptr_t)info->si_addr;
  user->uc_mcontext.gregs[PC] += MOVE_LENGTH;
  user->uc_mcontext.gregs[RESULT] = 77;
}

static void mended(void) {
  unsigned long result = 0;
  set_info(SIGSEGV, skip, 0);
  __asm__ volatile(LONG_MOVE : "=a"(result));
  printf("skipped: %lu\n", result);
  tell("of trap");
  signal(SIGSEGV, SIG_DFL);
}

/* What a handler does to registers and the FPU, the program does not see. */
static double sum;

static void spoil(int number) {
  sum = number * 3.25;
  __asm__ volatile("fld1; fld1; faddp; fstp %%st(0)" ::: "memory");
  __asm__ volatile("std; cld");
}

static void registers_are_kept(void) {
  double value = 1.0, power = 0.5;
  set(SIGUSR1, spoil, 0);
  for (int i = 0; i < 20; i++) {
    value += power;
    raise(SIGUSR1);
    power /= 2;
  }
  printf("the sum is %.17g, the handler's %.17g\n", value, sum);
}

/* How much of each stack is in use is the system's business; where the handler runs is told. */
static char *alternate;

static void on_which_stack(int number) {
  char here;
  stack_t now;
  sigaltstack(NULL, &now);
  printf("handler of %d on the alternate stack: %d, flags %d\n", number,
         &here >= alternate && &here < alternate + 65536, now.ss_flags);
}

static void leave_overflow(int number) {
  on_which_stack(number);
  siglongjmp(back, 1);
}

__attribute__((noinline)) static int recurse(int level) {
  volatile char room[10000];
  room[0] = (char)level;
  room[sizeof room - 1] = 1;
  return (level < 1000000 ? recurse(level + 1) : 0) + room[0] + room[sizeof room - 1];
}

static void alternate_stack(void) {
  stack_t stack = { .ss_size = 65536 }, old;
  alternate = stack.ss_sp = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  printf("before: %d\n", sigaltstack(NULL, &old) == 0 && old.ss_flags == SS_DISABLE);
  sigaltstack(&stack, NULL);
  set(SIGUSR1, on_which_stack, SA_ONSTACK);
  raise(SIGUSR1);
  set(SIGUSR1, on_which_stack, 0);
  raise(SIGUSR1);
  set(SIGSEGV, leave_overflow, SA_ONSTACK);
  if (sigsetjmp(back, 1) == 0) recurse(0);
  printf("out of the stack, and back\n");
  stack.ss_size = 100;
  say("too small", sigaltstack(&stack, NULL));
  stack.ss_flags = SS_DISABLE;
  sigaltstack(&stack, NULL);
  signal(SIGSEGV, SIG_DFL);
}

static void by_child(int number, siginfo_t *info, void *context) {
  (void)context;
  handled++;
  printf("signal %d: code %d, status %d, process %d\n", number, info->si_code, info->si_status,
         info->si_pid > 1);
}

/* Whether a call that a signal interrupts is made again is the handler's choice. */
static void children(void) {
  int status = 0, got;
  sigset_t nothing, child;
  pid_t id;
  sigemptyset(&nothing);
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  sigprocmask(SIG_BLOCK, &child, NULL);
  handled = 0;
  set_info(SIGCHLD, by_child, 0);
  id = fork();
  if (id == 0) _exit(9);
  got = sigsuspend(&nothing);
  say("sigsuspend", got);
  printf("waited for: %d", waitpid(id, &status, 0) == id);
  printf(" %d\n", WEXITSTATUS(status));
  id = fork();
  if (id == 0) raise(SIGTERM);
  sigsuspend(&nothing);
  waitpid(id, &status, 0);
  sigprocmask(SIG_UNBLOCK, &child, NULL);
  signal(SIGCHLD, SIG_IGN);
  id = fork();
  if (id == 0) _exit(1);
  got = waitpid(id, &status, 0);
  say("nobody to wait for", got);
  signal(SIGCHLD, SIG_DFL);
}

static void broken_pipe(void) {
  int ends[2], result;
  if (pipe(ends) < 0) return;
  close(ends[0]);
  handled = 0;
  set(SIGPIPE, count, 0);
  result = (int)write(ends[1], "x", 1);
  say("a pipe nobody reads", result);
  printf("handled %d\n", handled);
  signal(SIGPIPE, SIG_DFL);
  if (fork() == 0) {
    if (write(ends[1], "x", 1) < 0) _exit(1);
    _exit(0);
  }
  wait(&result);
  printf("without a handler: ended by signal %d\n", WTERMSIG(result));
  close(ends[1]);
}

/* A group of three, ended together. */
static void group(void) {
  int status, ready[2];
  char byte;
  pid_t leader = 0, id;
  if (pipe(ready) < 0) return;
  for (int i = 0; i < 3; i++) {
    id = fork();
    if (id == 0) {
      setpgid(0, leader);
      if (write(ready[1], "x", 1) != 1) _exit(1);
      for (;;)
        pause();
    }
    if (i == 0) leader = id;
    setpgid(id, leader);
    if (read(ready[0], &byte, 1) != 1) return;
  }
  printf("kill of the group: %d\n", kill(-leader, SIGTERM));
  for (int i = 0; i < 3; i++) {
    id = waitpid(-leader, &status, 0);
    printf("one of it: %d, signal %d\n", id > 0, WTERMSIG(status));
  }
  say("no more", kill(-leader, 0));
}

int main(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  sent();
  nested();
  faults();
  mended();
  registers_are_kept();
  alternate_stack();
  children();
  broken_pipe();
  group();
  return 0;
}

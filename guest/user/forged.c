/* Handlers that return to where no program may be, and stacks that end: each in a child, whose end is told.
 * With an argument it forks until it cannot. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef __x86_64__
#define PC REG_RIP
#define STACK REG_RSP
#define SYSCALL_SIGRETURN 15
#define KERNEL_ADDRESS ((greg_t)0xffffffff80100000)
#else
#define PC REG_EIP
#define STACK REG_ESP
#define SYSCALL_SIGRETURN 173
#define KERNEL_ADDRESS ((greg_t)0xc0100000)
#endif

enum { FLAGS = REG_EFL, ALL_PRIVILEGES = 0x3000 | 0x4000 | 0x20000, INTERRUPTS = 0x200 };

static void (*forge)(ucontext_t *context);

static void handler(int number, siginfo_t *info, void *context) {
  (void)number, (void)info;
  forge(context);
}

static void kernel_address(ucontext_t *context) {
  context->uc_mcontext.gregs[PC] = KERNEL_ADDRESS;
}

#ifdef __x86_64__
static void not_canonical(ucontext_t *context) {
  context->uc_mcontext.gregs[PC] = (greg_t)1 << 60;
}

static void set_selectors(ucontext_t *context, unsigned code, unsigned stack) {
  greg_t *both = &context->uc_mcontext.gregs[REG_CSGSFS];
  *both = (*both & 0xffffffff0000) | code | (greg_t)stack << 48;
}

static unsigned code_selector(const ucontext_t *context) {
  return context->uc_mcontext.gregs[REG_CSGSFS] & 0xffff;
}

static unsigned stack_selector(const ucontext_t *context) {
  return (uint64_t)context->uc_mcontext.gregs[REG_CSGSFS] >> 48;
}
#else
static void set_selectors(ucontext_t *context, unsigned code, unsigned stack) {
  context->uc_mcontext.gregs[REG_CS] = (greg_t)code;
  context->uc_mcontext.gregs[REG_SS] = (greg_t)stack;
}

static unsigned code_selector(const ucontext_t *context) {
  return (unsigned)context->uc_mcontext.gregs[REG_CS];
}

static unsigned stack_selector(const ucontext_t *context) {
  return (unsigned)context->uc_mcontext.gregs[REG_SS];
}
#endif

static void kernel_code(ucontext_t *context) {
  set_selectors(context, 0x10, stack_selector(context));
}

static void code_that_is_data(ucontext_t *context) {
  set_selectors(context, stack_selector(context), stack_selector(context));
}

static void null_code(ucontext_t *context) {
  set_selectors(context, 3, stack_selector(context));
}

static void beyond_the_tables(ucontext_t *context) {
  set_selectors(context, 0xfffb, stack_selector(context));
}

static void stack_that_is_code(ucontext_t *context) {
  set_selectors(context, code_selector(context), code_selector(context));
}

static void privileges(ucontext_t *context) {
  context->uc_mcontext.gregs[FLAGS] |= ALL_PRIVILEGES;
  context->uc_mcontext.gregs[FLAGS] &= ~(greg_t)INTERRUPTS;
}

static void no_floating_point(ucontext_t *context) {
  context->uc_mcontext.fpregs = (fpregset_t)(uintptr_t)64;
}

static void kernel_floating_point(ucontext_t *context) {
  context->uc_mcontext.fpregs = (fpregset_t)(uintptr_t)KERNEL_ADDRESS;
}

static void no_stack(ucontext_t *context) {
  context->uc_mcontext.gregs[STACK] = 16;
}

static uintptr_t flags_now(void) {
  uintptr_t flags;
  __asm__ volatile("pushf; pop %0" : "=r"(flags));
  return flags;
}

static int after_the_handler(void) {
  return flags_now() & ALL_PRIVILEGES ? 1 : 42;
}

static void end(const char *title, pid_t id) {
  int status = 0;
  waitpid(id, &status, 0);
  if (WIFEXITED(status))
    printf("%s: exited with %d\n", title, WEXITSTATUS(status));
  else
    printf("%s: ended by signal %d\n", title, WTERMSIG(status));
  fflush(stdout);
}

static void try(const char *title, void (*function)(ucontext_t *)) {
  pid_t id = fork();
  if (id == 0) {
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
    forge = function;
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    _exit(after_the_handler());
  }
  end(title, id);
}

/* Nothing that looks like a frame: what the kernel then reads is the program's, or not even that. */
static void without_a_frame(void) {
  pid_t id = fork();
  if (id == 0) {
    syscall(SYSCALL_SIGRETURN);
    _exit(0);
  }
  end("no frame", id);
}

static void ignore(int number) {
  (void)number;
}

/* A signal is sent, and there is no stack to handle it on. */
static void handler_without_stack(uintptr_t stack) {
#ifdef __x86_64__
  __asm__ volatile(
      "movq %0, %%rsp\n\t movl %1, %%eax\n\t movl %2, %%esi\n\t movl %3, %%edi\n\t syscall\n\t hlt" ::"r"(
          stack),
      "i"(SYS_tkill), "i"(SIGUSR1), "r"((unsigned)getpid())
      : "rax", "rsi", "rdi");
#else
  __asm__ volatile("movl %0, %%esp\n\t movl %1, %%eax\n\t movl %2, %%ecx\n\t int $0x80\n\t hlt" ::"r"(stack),
                   "i"(SYS_tkill), "i"(SIGUSR1), "b"(getpid())
                   : "eax", "ecx");
#endif
}

static void stack_is(const char *title, uintptr_t stack) {
  pid_t id = fork();
  if (id == 0) {
    signal(SIGUSR1, ignore);
    handler_without_stack(stack);
  }
  end(title, id);
}

/* Each fault in the handler runs the handler again, until the stack is full. */
static void fault_again(int number) {
  volatile char room[20000];
  room[0] = (char)number;
  room[sizeof room - 1] = 0;
  *(volatile int *)(uintptr_t)(room[sizeof room - 1] + 8) = 1;
}

static void overflow(void) {
  pid_t id = fork();
  if (id == 0) {
    struct sigaction action = { .sa_handler = fault_again, .sa_flags = SA_NODEFER };
    sigaction(SIGSEGV, &action, NULL);
    raise(SIGSEGV);
    _exit(0);
  }
  end("a handler that faults without end", id);
}

static int bomb(void) {
  int children = 0, reaped = 0;
  pid_t id;
  while ((id = fork()) > 0)
    children++;
  if (id == 0)
    for (;;)
      pause();
  printf("%d children, then %s\n", children, strerror(errno));
  signal(SIGTERM, SIG_IGN);
  kill(0, SIGTERM);
  while (wait(NULL) > 0)
    reaped++;
  printf("%d are gone\n", reaped);
  id = fork();
  if (id == 0) _exit(5);
  end("and one more", id);
  return 0;
}

int main(int count, char **arguments) {
  (void)arguments;
  if (count > 1) return bomb();
  try("the kernel's address", kernel_address);
#ifdef __x86_64__
  try("an address that is not canonical", not_canonical);
#endif
  try("the kernel's code", kernel_code);
  try("code that is data", code_that_is_data);
  try("null code", null_code);
  try("code beyond the tables", beyond_the_tables);
  try("a stack that is code", stack_that_is_code);
  try("privileged flags", privileges);
  try("a floating-point state that is not there", no_floating_point);
  try("a floating-point state of the kernel's", kernel_floating_point);
  try("no stack", no_stack);
  without_a_frame();
  stack_is("a handler on no stack", 64);
  stack_is("a handler on the kernel's stack", (uintptr_t)KERNEL_ADDRESS);
  overflow();
  return 0;
}

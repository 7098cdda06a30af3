/* Signals: what is sent to whom, and what becomes of it. */
#ifndef GUEST_SIGNALS_H
#define GUEST_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

struct frame;
struct task;

#define SIGNAL_COUNT 64
#define SIGNAL_BIT(number) (UINT64_C(1) << ((number)-1))
#define SIGNALS_UNBLOCKABLE (SIGNAL_BIT(SIGNAL_KILL) | SIGNAL_BIT(SIGNAL_STOP))

/* Signals by number, as far as the kernel sends or knows them. */
enum signal_number {
  SIGNAL_ILL = 4,
  SIGNAL_TRAP = 5,
  SIGNAL_ABRT = 6,
  SIGNAL_BUS = 7,
  SIGNAL_FPE = 8,
  SIGNAL_KILL = 9,
  SIGNAL_SEGV = 11,
  SIGNAL_PIPE = 13,
  SIGNAL_ALRM = 14,
  SIGNAL_CHLD = 17,
  SIGNAL_CONT = 18,
  SIGNAL_STOP = 19,
  SIGNAL_URG = 23,
  SIGNAL_WINCH = 28,
};

/* Linux's numbers: handlers, SA_ and SI_ and the like. */
#define HANDLER_DEFAULT 0
#define HANDLER_IGNORE 1
#define ACTION_NO_ZOMBIES 0x2u
#define ACTION_INFO 0x4u
#define ACTION_RESTORER 0x4000000u
#define ACTION_ON_STACK 0x8000000u
#define ACTION_RESTART 0x10000000u
#define ACTION_NO_DEFER 0x40000000u
#define ACTION_RESET 0x80000000u

#define STACK_IN_USE 1
#define STACK_DISABLED 2

enum signal_code {
  CODE_USER = 0,
  CODE_THREAD = -6,
  CODE_KERNEL = 0x80,
  CODE_EXITED = 1, /* of SIGCHLD */
  CODE_KILLED = 2,
  CODE_NOT_MAPPED = 1, /* of SIGSEGV */
  CODE_NOT_ALLOWED = 2,
};

/* What the program asked to happen at a signal. */
struct signal_action {
  uint64_t handler, flags, restorer, mask;
};

/* What a handler is told about a signal. */
struct signal_info {
  int32_t code, process, status;
  uint64_t address; /* of a fault */
};

/* Of the last fault: what a handler finds in its context. */
struct signal_fault {
  uint32_t trap, error;
  uintptr_t cr2;
};

/* An alternate stack for handlers; none when `size` is 0. */
struct signal_stack {
  uintptr_t base, size;
};

/* The signals of a task; number 1 is bit 0 of a mask, and index 0. */
struct signals {
  uint64_t mask, pending;
  uint64_t saved_mask; /* to come back after the next handler, if `restore` says so */
  bool restore;
  struct signal_action action[SIGNAL_COUNT];
  struct signal_info info[SIGNAL_COUNT]; /* of those pending */
  struct signal_fault fault;
  struct signal_stack stack;
};

/* Whether a signal would have no effect on the task. */
bool signals_ignored(const struct task *task, unsigned number);

/* The pending signals of a task that are neither blocked nor ignored. */
uint64_t signals_open(const struct task *task);

/* Makes a signal pending, unless the task ignores it; it takes effect when the task is about to run its
 * program. signals_send tells of the running task as the sender. */
void signals_send(struct task *task, unsigned number);
void signals_send_info(struct task *task, unsigned number, const struct signal_info *info);

/* Whether the running program has a handler that would now run for a fault of its own; then that is what
 * happens next. */
bool signals_catch(struct task *task, unsigned number, const struct signal_info *info);

/* Before the running program goes on by `frame`: its open signals take effect, so that a handler runs first,
 * or the program ends. */
void signals_deliver(struct frame *frame);

/* The same after a system call, which a handler may have to be followed by once more. */
void signals_deliver_after_call(struct frame *frame);

/* Whether the stack pointer lies on the task's alternate stack. */
bool signals_on_stack(const struct task *task, uintptr_t stack);

/* What is left of the actions for a new program: to ignore some. */
void signals_reset(struct task *task);

#endif

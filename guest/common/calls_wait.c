/* System calls that await the end of children. */
#include "calls.h"
#include "errors.h"
#include "schedule.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"

/* Linux's numbers. */
enum { WAIT_NO_HANG = 1, WAIT_STOPPED = 2, WAIT_EXITED = 4, WAIT_CONTINUED = 8, WAIT_NO_WAIT = 0x1000000 };
enum { WAIT_ALL_CHILDREN = 0, WAIT_ONE = 1, WAIT_GROUP = 2 };

#define USAGE_WORDS 18 /* of struct rusage */

struct wanted {
  unsigned kind;
  int32_t id;
  uintptr_t options;
};

static bool is_wanted(const struct task *child, const struct task *parent, const struct wanted *wanted) {
  if (child->parent != parent || child->orphan || child->state == TASK_DEAD) return false;
  switch (wanted->kind) {
  case WAIT_ONE: return child->id == wanted->id;
  case WAIT_GROUP: return child->group == wanted->id;
  default: return true;
  }
}

/* A child that has ended, in *out, NULL when all still run and that is what the caller wants to know; or an
 * error. */
static long await(struct task *parent, const struct wanted *wanted, struct task **out) {
  for (;;) {
    bool any = false;
    for (unsigned i = 0; i < TASK_LIMIT; i++) {
      struct task *child = task_at(i);
      if (!child || !is_wanted(child, parent, wanted)) continue;
      any = true;
      *out = child;
      if (child->state == TASK_ZOMBIE) return 0;
    }
    *out = NULL;
    if (!any) return -ERROR_CHILD;
    if (wanted->options & WAIT_NO_HANG) return 0;
    if (schedule_interrupted()) return -ERROR_INTR;
    schedule_sleep(parent);
  }
}

/* Nobody's use of the machine is counted: it is all zeros. */
static bool put_usage(const struct call *call, uintptr_t address) {
  static const uint8_t zeros[USAGE_WORDS * sizeof(uint64_t)];
  return address == 0 || copy_to_user(address, zeros, USAGE_WORDS * call->word_size);
}

/* wait4 and waitpid, which has no usage to tell. */
static long wait_by_id(struct call *call, uintptr_t usage) {
  int32_t id = (int32_t)call->argument[0];
  struct wanted wanted = { id > 0 ? WAIT_ONE : WAIT_GROUP, id > 0 ? id : -id, call->argument[2] };
  struct task *child;
  long error;
  if (id == -1) wanted.kind = WAIT_ALL_CHILDREN;
  if (id == 0) wanted.id = call->task->group;
  error = await(call->task, &wanted, &child);
  if (error < 0 || !child) return error;
  id = child->id;
  if (call->argument[1] && !copy_to_user(call->argument[1], &child->wait_status, sizeof child->wait_status))
    return -ERROR_FAULT;
  if (!put_usage(call, usage)) return -ERROR_FAULT;
  task_free(child);
  return id;
}

long sys_wait4(struct call *call) {
  return wait_by_id(call, call->argument[3]);
}

long sys_waitpid(struct call *call) {
  return wait_by_id(call, 0);
}

/* siginfo_t as a handler of SIGCHLD would have it; all zeros for no child. */
static bool put_info(const struct call *call, uintptr_t at, const struct task *child) {
  unsigned sender = call->word_size == sizeof(uint64_t) ? 4 : 3; /* in words of 32 bits */
  uint32_t info[32] = { 0 };
  if (child) {
    bool killed = child->wait_status & 0x7f;
    info[0] = SIGNAL_CHLD;
    info[2] = killed ? CODE_KILLED : CODE_EXITED;
    info[sender] = (uint32_t)child->id;
    info[sender + 2] = killed ? child->wait_status : child->wait_status >> 8;
  }
  return at == 0 || copy_to_user(at, info, sizeof info);
}

long sys_waitid(struct call *call) {
  struct wanted wanted = { (unsigned)call->argument[0], (int32_t)call->argument[1], call->argument[3] };
  struct task *child;
  long error;
  if (wanted.kind > WAIT_GROUP || !(wanted.options & (WAIT_EXITED | WAIT_STOPPED | WAIT_CONTINUED)))
    return -ERROR_INVAL;
  if (wanted.kind == WAIT_GROUP && wanted.id == 0) wanted.id = call->task->group;
  error = await(call->task, &wanted, &child);
  if (error < 0) return error;
  if (!put_info(call, call->argument[2], child) || !put_usage(call, call->argument[4])) return -ERROR_FAULT;
  if (child && !(wanted.options & WAIT_NO_WAIT)) task_free(child);
  return 0;
}

/* System calls that make processes and end them. */
#include "calls.h"
#include "console.h"
#include "errors.h"
#include "frame.h"
#include "schedule.h"
#include "task.h"
#include "timer.h"
#include "user_memory.h"
#include "user_share.h"

/* Linux's numbers of CLONE_. */
enum clone_flags {
  CLONE_SIGNAL = 0xff,
  CLONE_VM = 0x100,
  CLONE_VFORK = 0x4000,
  CLONE_PARENT_SET_ID = 0x100000,
  CLONE_CHILD_CLEAR_ID = 0x200000,
  CLONE_CHILD_SET_ID = 0x1000000,
};

#define CLONE_SUPPORTED                                                                                      \
  ((uintptr_t)(CLONE_SIGNAL | CLONE_VM | CLONE_VFORK | CLONE_PARENT_SET_ID | CLONE_CHILD_CLEAR_ID |          \
               CLONE_CHILD_SET_ID))

struct clone {
  uintptr_t flags, stack; /* 0: the parent's */
  uintptr_t parent_id, child_id;
};

long sys_exit(struct call *call) {
  task_exit((uint8_t)call->argument[0]);
}

/* A child with CLONE_VM runs in its parent's memory, and the parent waits until it is done with it. */
static bool give_space(struct task *child, struct task *parent, uintptr_t flags) {
  child->space = &child->own_space;
  if (!(flags & CLONE_VM)) return user_share_space(&child->own_space, parent->space);
  child->lender = parent;
  child->space = parent->space;
  parent->lent = true;
  return true;
}

static long clone(const struct call *call, const struct clone *request) {
  struct task *parent = call->task;
  long error;
  int32_t id;
  struct task *child = task_create(call->frame, &error);
  if (!child) return error;
  if (!give_space(child, parent, request->flags)) {
    task_let_go(child);
    task_free(child);
    return -ERROR_NOMEM;
  }
  frame_set_result(task_frame(child), 0);
  if (request->stack) frame_set_stack(task_frame(child), request->stack);
  if (request->flags & CLONE_CHILD_SET_ID) child->tell_id = request->child_id;
  if (request->flags & CLONE_CHILD_CLEAR_ID) child->clear_id = request->child_id;
  id = child->id;
  if (request->flags & CLONE_PARENT_SET_ID) copy_to_user(request->parent_id, &id, sizeof id);
  task_start(child);
  timer_start();
  while (parent->lent)
    schedule_sleep_deaf(parent);
  return id;
}

/* Threads, and all that two processes could share for longer than until the next exec, are refused. */
static long checked_clone(const struct call *call, const struct clone *request) {
  uintptr_t flags = request->flags, signal = flags & CLONE_SIGNAL;
  bool shares = (flags & CLONE_VM) && !(flags & CLONE_VFORK);
  if (!(flags & ~CLONE_SUPPORTED) && !shares && (signal == SIGNAL_CHLD || signal == 0))
    return clone(call, request);
  console_say("%s: clone with flags %x: no threads, and nothing shared", call->task->name, flags);
  return -ERROR_NOSYS;
}

long sys_fork(struct call *call) {
  return clone(call, &(struct clone){ SIGNAL_CHLD, 0, 0, 0 });
}

long sys_vfork(struct call *call) {
  return clone(call, &(struct clone){ CLONE_VM | CLONE_VFORK | SIGNAL_CHLD, 0, 0, 0 });
}

long sys_clone(struct call *call) {
  const uintptr_t *argument = call->argument;
  return checked_clone(call, &(struct clone){ argument[0], argument[1], argument[2], argument[3] });
}

/* On i386 the thread-local storage comes before the child's number. */
long sys_i386_clone(struct call *call) {
  const uintptr_t *argument = call->argument;
  return checked_clone(call, &(struct clone){ argument[0], argument[1], argument[2], argument[4] });
}

long sys_sched_yield(struct call *call) {
  (void)call;
  schedule();
  return 0;
}

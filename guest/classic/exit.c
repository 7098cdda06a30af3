/* The end of tasks, and waiting for it. */
#include "console.h"
#include "errors.h"
#include "files.h"
#include "instructions.h"
#include "layout.h"
#include "paging.h"
#include "segment.h"
#include "syscalls.h"
#include "task.h"

#define WAIT_ANY (-1)
#define WAIT_NO_HANG 1
#define STATUS_SIGNAL 0x7f /* of a waitpid status; above it the exit code */
#define MACHINE_SIGNALLED 128

static _Noreturn void end_machine(uint32_t exit_status) {
  uint32_t signal = exit_status & STATUS_SIGNAL;
  console_exit((uint8_t)(signal ? MACHINE_SIGNALLED + signal : exit_status >> 8));
}

static void leave_children(void) {
  for (unsigned i = TASK_FIRST; i < CLASSIC_TASKS; i++) {
    struct task *child = task_of(i);
    if (child && child->parent == current->number) child->parent = TASK_FIRST;
  }
}

/* The kernel stack is in use until another task runs: the parent frees the rest. */
void task_end(uint32_t exit_status) {
  if (current->number == TASK_FIRST) end_machine(exit_status);
  leave_children();
  files_close_all(current);
  paging_free(CLASSIC_TASK_BASE(current->number));
  current->exit_status = exit_status;
  current->state = TASK_ENDED;
  task_wake(task_of(TASK_FIRST));
  task_wake(task_of(current->parent));
  schedule();
  halt_for_ever();
}

long sys_exit(uint32_t code) {
  task_end((code & 0xff) << 8);
}

static bool is_wanted_child(const struct task *task, int32_t pid) {
  return task && task->parent == current->number && (pid == WAIT_ANY || (int32_t)task->pid == pid);
}

/* A child that ended, or else any that is wanted, or NULL. */
static struct task *find_child(int32_t pid) {
  struct task *found = NULL;
  for (unsigned i = TASK_FIRST; i < CLASSIC_TASKS; i++) {
    struct task *task = task_of(i);
    if (!is_wanted_child(task, pid)) continue;
    found = task;
    if (task->state == TASK_ENDED) break;
  }
  return found;
}

long sys_waitpid(int32_t pid, uint32_t status_offset, uint32_t options) {
  struct task *child;
  if (status_offset && !user_area_holds(status_offset, 4)) return -ERROR_FAULT;
  while ((child = find_child(pid)) && child->state != TASK_ENDED) {
    if (options & WAIT_NO_HANG) return 0;
    task_sleep(current);
  }
  if (!child) return -ERROR_CHILD;
  pid = (int32_t)child->pid;
  if (status_offset) put_fs_long(child->exit_status, status_offset);
  task_free(child);
  return pid;
}

long sys_getpid(void) {
  return (long)current->pid;
}

long sys_getppid(void) {
  const struct task *parent = task_of(current->parent);
  return parent ? (long)parent->pid : 0;
}

/* The table of tasks: making one as a copy of another, and its end. */
#include "task.h"

#include <stdarg.h>

#include "bits.h"
#include "console.h"
#include "errors.h"
#include "frame.h"
#include "frames.h"
#include "inodes.h"
#include "paging.h"
#include "processor.h"
#include "schedule.h"
#include "signals.h"
#include "switch.h"
#include "text.h"
#include "user_memory.h"
#include "user_share.h"

#define REASON_SIZE 160
#define ID_LIMIT 32768 /* as Linux's */
#define TOLD_NAME_SIZE 16
#define TASK_FRAMES ((sizeof(struct task) + PAGE_SIZE - 1) / PAGE_SIZE)

static struct task first_task = {
  .id = TASK_FIRST, .group = TASK_FIRST, .session = TASK_FIRST, .space = &first_task.own_space
};
static struct task *tasks[TASK_LIMIT] = { &first_task };
static int32_t last_id = TASK_FIRST;

/* What the trace calls the task whose page tables CR3 is about to name; number 0 before there is one. */
struct {
  uint32_t id;
  char name[TOLD_NAME_SIZE];
} ringside_task;

struct task *task_current(void) {
  return processor.task;
}

struct task *task_first(void) {
  return &first_task;
}

struct task *task_at(unsigned index) {
  return tasks[index];
}

struct task *task_find(int32_t id) {
  for (unsigned i = 0; i < TASK_LIMIT; i++)
    if (tasks[i] && tasks[i]->id == id && tasks[i]->state != TASK_DEAD) return tasks[i];
  return NULL;
}

struct frame *task_frame(struct task *task) {
  return (struct frame *)(task->kernel_stack + KERNEL_STACK_SIZE) - 1;
}

/* A group keeps its number for as long as it has members. */
static bool id_in_use(int32_t id) {
  for (unsigned i = 0; i < TASK_LIMIT; i++)
    if (tasks[i] && (tasks[i]->id == id || tasks[i]->group == id || tasks[i]->session == id)) return true;
  return false;
}

static int32_t next_id(void) {
  do
    last_id = last_id + 1 < ID_LIMIT ? last_id + 1 : TASK_FIRST + 1;
  while (id_in_use(last_id));
  return last_id;
}

/* A place for a new task. The dead are buried here: none can give up the stack that it stands on. */
static struct task **find_place(void) {
  struct task **place = NULL;
  for (unsigned i = 0; i < TASK_LIMIT; i++) {
    if (tasks[i] && tasks[i]->state == TASK_DEAD) task_free(tasks[i]);
    if (!tasks[i] && !place) place = &tasks[i];
  }
  return place;
}

static struct task *allocate(void) {
  uintptr_t run = frames_take_run(TASK_FRAMES);
  return run ? paging_direct(run) : NULL;
}

/* What a child has of its parent's. */
static void inherit(struct task *child, const struct task *parent) {
  child->group = parent->group;
  child->session = parent->session;
  child->signals.mask = parent->signals.mask;
  child->signals.stack = parent->signals.stack;
  child->directory = inode_hold(parent->directory);
  child->program = inode_hold(parent->program);
  child->file_mask = parent->file_mask;
  files_copy(&child->files, &parent->files);
  memcpy(child->signals.action, parent->signals.action, sizeof child->signals.action);
  memcpy(child->name, parent->name, sizeof child->name);
  memcpy(child->program_path, parent->program_path, sizeof child->program_path);
  thread_state_save(&child->thread);
}

struct task *task_create(const struct frame *frame, long *error) {
  struct task **place = find_place(), *parent = processor.task, *child;
  *error = place ? -ERROR_NOMEM : -ERROR_AGAIN;
  child = place ? allocate() : NULL;
  if (!child) return NULL;
  memset(child, 0, sizeof *child);
  child->id = next_id();
  child->parent = parent;
  child->state = TASK_ASLEEP;
  inherit(child, parent);
  *task_frame(child) = *frame;
  *place = child;
  return child;
}

/* The stack is as if switch_to had left it on the way to switch_begin. */
void task_start(struct task *task) {
  uintptr_t *top = (uintptr_t *)task_frame(task);
  *--top = (uintptr_t)switch_begin;
  task->kernel_sp = (uintptr_t)(top - SWITCH_REGISTERS);
  task->state = TASK_READY;
}

void task_let_go(struct task *task) {
  files_close_all(&task->files);
  inode_release(task->directory);
  inode_release(task->program);
}

void task_free(struct task *task) {
  uintptr_t run = (uintptr_t)task - (uintptr_t)paging_direct(0);
  for (unsigned i = 0; i < TASK_LIMIT; i++)
    if (tasks[i] == task) tasks[i] = NULL;
  frames_give(run, (uint64_t)run + TASK_FRAMES * PAGE_SIZE);
}

void task_set_name(struct task *task, const char *name) {
  size_t length = strlen(name);
  if (length >= sizeof task->name) length = sizeof task->name - 1;
  memset(task->name, 0, sizeof task->name);
  memcpy(task->name, name, length);
}

void task_announce(const struct task *task) {
  ringside_task.id = (uint32_t)task->id;
  memcpy(ringside_task.name, task->name, sizeof ringside_task.name - 1);
}

void task_release_space(struct task *task) {
  if (!task->lender) {
    user_free_space(&task->own_space);
    return;
  }
  task->lender->lent = false;
  schedule_wake(task->lender);
  task->space = &task->own_space;
  task->lender = NULL;
}

void task_begin(void) {
  const struct task *task = processor.task;
  thread_state_load(&task->thread);
  if (task->tell_id) copy_to_user(task->tell_id, &task->id, sizeof task->id);
}

/* The first task takes the place of the parent, as init does; and like init it is spared what it did not ask
 * for. */
static void leave_children(const struct task *parent) {
  for (unsigned i = 0; i < TASK_LIMIT; i++) {
    struct task *child = tasks[i];
    if (!child || child->parent != parent) continue;
    child->parent = &first_task;
    child->orphan = true;
    if (child->state == TASK_ZOMBIE) child->state = TASK_DEAD;
  }
}

static bool parent_cares(const struct task *task) {
  const struct signal_action *action = &task->parent->signals.action[SIGNAL_CHLD - 1];
  return !task->orphan && action->handler != HANDLER_IGNORE && !(action->flags & ACTION_NO_ZOMBIES);
}

static void tell_parent(const struct task *task) {
  bool killed = task->wait_status & 0x7f;
  const struct signal_info info = {
    .code = killed ? CODE_KILLED : CODE_EXITED,
    .process = task->id,
    .status = (int32_t)(killed ? task->wait_status : task->wait_status >> 8),
  };
  if (!task->orphan) signals_send_info(task->parent, SIGNAL_CHLD, &info);
}

static _Noreturn void end(unsigned wait_status) {
  struct task *task = processor.task;
  if (task->lender && task->clear_id) copy_to_user(task->clear_id, &(uint32_t){ 0 }, sizeof(uint32_t));
  task_release_space(task);
  task_let_go(task);
  leave_children(task);
  task->wait_status = wait_status;
  task->state = parent_cares(task) ? TASK_ZOMBIE : TASK_DEAD;
  tell_parent(task);
  schedule_wake(task->parent);
  schedule();
  __builtin_unreachable();
}

void task_exit(uint8_t status) {
  if (processor.task == &first_task) console_exit(status);
  end((unsigned)status << 8);
}

void task_kill(unsigned signal, const char *format, ...) {
  char reason[REASON_SIZE];
  va_list arguments;
  if (format) {
    va_start(arguments, format);
    text_format(reason, sizeof reason, format, arguments);
    va_end(arguments);
    console_say("%s: killed by signal %u (%s)", processor.task->name, signal, reason);
  }
  if (processor.task == &first_task) console_exit((uint8_t)(128 + signal));
  end(signal);
}

void task_refuse_return(void) {
  task_kill(SIGNAL_SEGV, "its return address cannot be returned to");
}

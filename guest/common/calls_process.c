/* System calls on the program itself: its identity, its limits, its randomness. */
#include "bits.h"
#include "calls.h"
#include "errors.h"
#include "layout.h"
#include "random.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"

#define LIMIT_STACK 3
#define LIMIT_FILES 7
#define LIMIT_COUNT 16

long sys_getpid(struct call *call) {
  return call->task->id;
}

long sys_getppid(struct call *call) {
  return call->task->parent ? call->task->parent->id : 0;
}

long sys_getpgrp(struct call *call) {
  return call->task->group;
}

/* The task that an argument names; 0 is the caller. */
static struct task *named_task(const struct call *call, unsigned index) {
  int32_t id = (int32_t)call->argument[index];
  return id == 0 ? call->task : task_find(id);
}

long sys_getpgid(struct call *call) {
  const struct task *task = named_task(call, 0);
  return task ? task->group : -ERROR_SRCH;
}

long sys_getsid(struct call *call) {
  const struct task *task = named_task(call, 0);
  return task ? task->session : -ERROR_SRCH;
}

static bool group_exists(int32_t group, int32_t session) {
  for (unsigned i = 0; i < TASK_LIMIT; i++) {
    const struct task *task = task_at(i);
    if (task && task->group == group && task->session == session) return true;
  }
  return false;
}

/* Of oneself or of a child, within the session; the leader of a session stays where it is. */
long sys_setpgid(struct call *call) {
  struct task *task = named_task(call, 0);
  int32_t group = (int32_t)call->argument[1];
  if (group < 0) return -ERROR_INVAL;
  if (!task || (task != call->task && (task->parent != call->task || task->orphan))) return -ERROR_SRCH;
  if (group == 0) group = task->id;
  if (task->session != call->task->session || task->session == task->id) return -ERROR_PERM;
  if (group != task->id && !group_exists(group, task->session)) return -ERROR_PERM;
  task->group = group;
  return 0;
}

long sys_setsid(struct call *call) {
  struct task *task = call->task;
  for (unsigned i = 0; i < TASK_LIMIT; i++)
    if (task_at(i) && task_at(i)->group == task->id) return -ERROR_PERM;
  task->group = task->session = task->id;
  return task->id;
}

/* User and group, real and effective: all are root. */
long sys_get_id(struct call *call) {
  (void)call;
  return 0;
}

long sys_set_tid_address(struct call *call) {
  call->task->clear_id = call->argument[0];
  return call->task->id;
}

long sys_getcpu(struct call *call) {
  static const uint32_t zero;
  if (call->argument[0] && !copy_to_user(call->argument[0], &zero, sizeof zero)) return -ERROR_FAULT;
  if (call->argument[1] && !copy_to_user(call->argument[1], &zero, sizeof zero)) return -ERROR_FAULT;
  return 0;
}

long sys_uname(struct call *call) {
  enum { FIELD = 65 };
  static const char names[6][FIELD] = { "Linux", "ringside", "6.1.0", "#1", "", "(none)" };
  static const char wide[] = "x86_64", narrow[] = "i686";
  const char *machine = call->task->space->wide ? wide : narrow;
  uintptr_t at = call->argument[0];
  if (!copy_to_user(at, names, sizeof names)) return -ERROR_FAULT;
  return copy_to_user(at + 4 * (uintptr_t)FIELD, machine, strlen(machine) + 1) ? 0 : -ERROR_FAULT;
}

/* What a resource is limited to; both the soft and the hard limit. */
static uint64_t limit_of(uintptr_t resource) {
  if (resource == LIMIT_STACK) return USER_STACK_LIMIT;
  if (resource == LIMIT_FILES) return FILE_SLOTS;
  return UINT64_MAX;
}

/* Limits can be asked for; setting them is accepted and changes nothing. */
long sys_prlimit64(struct call *call) {
  uint64_t limit;
  if (!named_task(call, 0)) return -ERROR_SRCH;
  if (call->argument[1] >= LIMIT_COUNT) return -ERROR_INVAL;
  limit = limit_of(call->argument[1]);
  if (call->argument[3] && !call_put_pair(8, call->argument[3], limit, limit)) return -ERROR_FAULT;
  return 0;
}

long sys_getrlimit(struct call *call) {
  uint64_t limit;
  if (call->argument[0] >= LIMIT_COUNT) return -ERROR_INVAL;
  limit = limit_of(call->argument[0]);
  return call_put_pair(call->word_size, call->argument[1], limit, limit) ? 0 : -ERROR_FAULT;
}

long sys_setrlimit(struct call *call) {
  return call->argument[0] < LIMIT_COUNT ? 0 : -ERROR_INVAL;
}

long sys_getrandom(struct call *call) {
  uintptr_t size = call->argument[1] < INT32_MAX ? call->argument[1] : INT32_MAX;
  for (uintptr_t done = 0; done < size; done += sizeof(uint64_t)) {
    uint64_t word = random_next();
    size_t piece = size - done < sizeof word ? size - done : sizeof word;
    if (!copy_to_user(call->argument[0] + done, &word, piece)) return done > 0 ? (long)done : -ERROR_FAULT;
  }
  return (long)size;
}

/* The name of the task, 16 bytes with its end. */
long sys_prctl(struct call *call) {
  enum { SET_NAME = 15, GET_NAME = 16, SIZE = 16 };
  char name[SIZE] = "";
  size_t length = strlen(call->task->name);
  long result;
  switch (call->argument[0]) {
  case SET_NAME:
    result = copy_string_from_user(name, call->argument[1], SIZE);
    if (result == -ERROR_FAULT) return result;
    name[SIZE - 1] = 0;
    task_set_name(call->task, name);
    return 0;
  case GET_NAME:
    memcpy(name, call->task->name, length < SIZE ? length : SIZE - 1);
    return copy_to_user(call->argument[1], name, SIZE) ? 0 : -ERROR_FAULT;
  default: return -ERROR_INVAL;
  }
}

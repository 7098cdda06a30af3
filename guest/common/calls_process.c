/* System calls on the program itself: its end, its identity, its limits, its randomness. */
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

long sys_exit(struct call *call) {
  task_exit((uint8_t)call->argument[0]);
}

long sys_getpid(struct call *call) {
  (void)call;
  return TASK_ID;
}

long sys_getppid(struct call *call) {
  (void)call;
  return 0;
}

/* User and group, real and effective: all are root. */
long sys_get_id(struct call *call) {
  (void)call;
  return 0;
}

long sys_set_tid_address(struct call *call) {
  (void)call; /* cleared only when a thread ends before its process */
  return TASK_ID;
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
  if (call->argument[0] > TASK_ID) return -ERROR_SRCH;
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
    memcpy(call->task->name, name, SIZE);
    return 0;
  case GET_NAME:
    memcpy(name, call->task->name, length < SIZE ? length : SIZE - 1);
    return copy_to_user(call->argument[1], name, SIZE) ? 0 : -ERROR_FAULT;
  default: return -ERROR_INVAL;
  }
}

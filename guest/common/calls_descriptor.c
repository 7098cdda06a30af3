/* System calls on descriptors: closing, doubling, waiting, and what a pipe is. */
#include "calls.h"
#include "clock.h"
#include "errors.h"
#include "files.h"
#include "inodes.h"
#include "pipes.h"
#include "schedule.h"
#include "task.h"
#include "user_memory.h"

#define POLL_LIMIT 1024
#define FLAGS_CHANGEABLE (OPEN_APPEND | OPEN_NONBLOCK)

/* Linux's numbers. */
enum fcntl_command {
  FCNTL_DUP = 0,
  FCNTL_GET_FD = 1,
  FCNTL_SET_FD = 2,
  FCNTL_GET_FLAGS = 3,
  FCNTL_SET_FLAGS = 4,
  FCNTL_DUP_CLOEXEC = 1030,
};

long sys_close(struct call *call) {
  struct descriptor *slot = files_slot(call->task, call->argument[0]);
  if (!slot) return -ERROR_BADF;
  files_close(slot);
  return 0;
}

/* What only terminals and other devices would know. */
long sys_ioctl(struct call *call) {
  return files_get(call->task, call->argument[0]) ? -ERROR_NOTTY : -ERROR_BADF;
}

static long duplicate(struct task *task, struct file *file, uintptr_t lowest, bool close_on_exec) {
  if (lowest >= FILE_SLOTS) return -ERROR_INVAL;
  file->references++;
  return files_install(&task->files, file, lowest, close_on_exec);
}

long sys_dup(struct call *call) {
  struct file *file = files_get(call->task, call->argument[0]);
  return file ? duplicate(call->task, file, 0, false) : -ERROR_BADF;
}

static long duplicate_to(struct call *call, bool close_on_exec) {
  struct file *file = files_get(call->task, call->argument[0]);
  if (!file || call->argument[1] >= FILE_SLOTS) return -ERROR_BADF;
  file->references++;
  files_replace(&call->task->files, file, call->argument[1], close_on_exec);
  return (long)call->argument[1];
}

long sys_dup2(struct call *call) {
  bool same = call->argument[0] == call->argument[1] && files_get(call->task, call->argument[0]);
  return same ? (long)call->argument[1] : duplicate_to(call, false);
}

long sys_dup3(struct call *call) {
  if (call->argument[0] == call->argument[1] || call->argument[2] & ~(uintptr_t)OPEN_CLOEXEC)
    return -ERROR_INVAL;
  return duplicate_to(call, call->argument[2] & OPEN_CLOEXEC);
}

long sys_fcntl(struct call *call) {
  struct descriptor *slot = files_slot(call->task, call->argument[0]);
  if (!slot) return -ERROR_BADF;
  switch (call->argument[1]) {
  case FCNTL_DUP: return duplicate(call->task, slot->file, call->argument[2], false);
  case FCNTL_DUP_CLOEXEC: return duplicate(call->task, slot->file, call->argument[2], true);
  case FCNTL_GET_FD: return slot->close_on_exec;
  case FCNTL_SET_FD: slot->close_on_exec = call->argument[2] & 1; return 0;
  case FCNTL_GET_FLAGS: return (long)slot->file->flags;
  case FCNTL_SET_FLAGS:
    slot->file->flags =
        (slot->file->flags & ~(unsigned)FLAGS_CHANGEABLE) | (call->argument[2] & FLAGS_CHANGEABLE);
    return 0;
  default: return -ERROR_INVAL;
  }
}

static long make_pipe(struct call *call, uintptr_t flags) {
  struct file_table *files = &call->task->files;
  struct file *ends[2];
  long number[2];
  int32_t pair[2];
  long result;
  if (flags & ~(uintptr_t)(OPEN_CLOEXEC | OPEN_NONBLOCK)) return -ERROR_INVAL;
  result = pipe_create(ends, flags & OPEN_NONBLOCK);
  if (result < 0) return result;
  for (unsigned i = 0; i < 2; i++)
    number[i] = files_install(files, ends[i], 0, flags & OPEN_CLOEXEC);
  for (unsigned i = 0; i < 2; i++)
    pair[i] = (int32_t)number[i];
  if (number[0] >= 0 && number[1] >= 0 && copy_to_user(call->argument[0], pair, sizeof pair)) return 0;
  result = number[0] < 0 || number[1] < 0 ? -ERROR_MFILE : -ERROR_FAULT;
  for (unsigned i = 0; i < 2; i++)
    if (number[i] >= 0) files_close(&files->slot[number[i]]);
  return result;
}

long sys_pipe(struct call *call) {
  return make_pipe(call, 0);
}

long sys_pipe2(struct call *call) {
  return make_pipe(call, call->argument[1]);
}

/* struct pollfd { int fd; short events, revents; } */
struct poll_entry {
  int32_t descriptor;
  int16_t events, returned;
};

static int16_t poll_one(struct task *task, const struct poll_entry *entry) {
  const struct file *file = files_get(task, (uint32_t)entry->descriptor);
  unsigned always = POLL_ERROR | POLL_HANG_UP;
  if (entry->descriptor < 0) return 0;
  return file ? (int16_t)(file->operations->ready(file) & ((unsigned)entry->events | always)) : POLL_INVALID;
}

/* One look at all of them: how many have something to tell. */
static long poll_all(struct call *call) {
  struct poll_entry entry;
  long ready = 0;
  for (uintptr_t i = 0; i < call->argument[1]; i++) {
    uintptr_t at = call->argument[0] + i * sizeof entry;
    if (!copy_from_user(&entry, at, sizeof entry)) return -ERROR_FAULT;
    entry.returned = poll_one(call->task, &entry);
    if (entry.returned) ready++;
    if (!copy_to_user(at, &entry, sizeof entry)) return -ERROR_FAULT;
  }
  return ready;
}

/* Looks until there is something, or the time has come. */
static long poll_until(struct call *call, bool for_ever, uint64_t seconds, uint32_t nanoseconds) {
  uint64_t span = clock_moment(false, seconds, nanoseconds), now = clock_elapsed();
  uint64_t moment = for_ever || span > UINT64_MAX - now ? UINT64_MAX : now + span;
  long ready;
  if (call->argument[1] > POLL_LIMIT) return -ERROR_INVAL;
  while ((ready = poll_all(call)) == 0 && clock_elapsed() < moment) {
    if (schedule_interrupted()) return -ERROR_INTR_ALWAYS;
    if (moment == UINT64_MAX)
      schedule_sleep(&files_changed);
    else
      schedule_sleep_until(&files_changed, moment);
  }
  return ready;
}

/* Milliseconds; negative for ever. */
long sys_poll(struct call *call) {
  int32_t time = (int32_t)call->argument[2];
  return poll_until(call, time < 0, time < 0 ? 0 : (uint32_t)time / 1000,
                    time < 0 ? 0 : (uint32_t)time % 1000 * 1000000);
}

static long poll_timespec(struct call *call, unsigned word_size) {
  uint64_t span[2] = { 0, 0 };
  uintptr_t at = call->argument[2];
  if (at && !call_get_pair(word_size, at, span)) return -ERROR_FAULT;
  if (span[1] >= 1000000000) return -ERROR_INVAL;
  return poll_until(call, at == 0, span[0], (uint32_t)span[1]);
}

long sys_ppoll(struct call *call) {
  return poll_timespec(call, call->word_size);
}

long sys_ppoll64(struct call *call) {
  return poll_timespec(call, 8);
}

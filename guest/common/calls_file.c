/* System calls on descriptors: reading, writing, and what a pipe answers to the rest. */
#include "calls.h"
#include "errors.h"
#include "files.h"
#include "task.h"
#include "user_memory.h"

#define VECTOR_LIMIT 1024
#define WRITE_LIMIT 0x7ffff000 /* as Linux: no call transfers more */
#define FCNTL_DUP 0
#define FCNTL_GET_FD 1
#define FCNTL_SET_FD 2
#define FCNTL_GET_FLAGS 3
#define FCNTL_SET_FLAGS 4
#define FCNTL_DUP_CLOEXEC 1030
#define OPEN_READ_ONLY 0
#define OPEN_WRITE_ONLY 1

long sys_read(struct call *call) {
  struct file *file = files_get(call->task, call->argument[0]);
  size_t size = call->argument[2] < WRITE_LIMIT ? call->argument[2] : WRITE_LIMIT;
  if (!file) return -ERROR_BADF;
  return vfs_read(file, call->argument[1], size);
}

long sys_write(struct call *call) {
  struct file *file = files_get(call->task, call->argument[0]);
  size_t size = call->argument[2] < WRITE_LIMIT ? call->argument[2] : WRITE_LIMIT;
  if (!file) return -ERROR_BADF;
  return vfs_write(file, call->argument[1], size);
}

/* struct iovec: address and length, words of the caller's size. */
static long transfer_vector(struct call *call, long (*transfer)(struct file *, uintptr_t, size_t)) {
  struct file *file = files_get(call->task, call->argument[0]);
  uint64_t address, size;
  long total = 0;
  if (!file) return -ERROR_BADF;
  if (call->argument[2] > VECTOR_LIMIT) return -ERROR_INVAL;
  for (unsigned i = 0; i < call->argument[2]; i++) {
    long count;
    if (!call_get_word(call, call->argument[1], 2 * i, &address) ||
        !call_get_word(call, call->argument[1], 2 * i + 1, &size))
      return total > 0 ? total : -ERROR_FAULT;
    if (size == 0) continue;
    count = transfer(file, (uintptr_t)address, size < WRITE_LIMIT ? (size_t)size : WRITE_LIMIT);
    if (count < 0) return total > 0 ? total : count;
    total += count;
    if ((uint64_t)count < size) break;
  }
  return total;
}

long sys_readv(struct call *call) {
  return transfer_vector(call, vfs_read);
}

long sys_writev(struct call *call) {
  return transfer_vector(call, vfs_write);
}

long sys_close(struct call *call) {
  if (!files_get(call->task, call->argument[0])) return -ERROR_BADF;
  call->task->files[(uint32_t)call->argument[0]] = NULL;
  return 0;
}

static long refuse_seek(struct call *call) {
  return files_get(call->task, call->argument[0]) ? -ERROR_SPIPE : -ERROR_BADF;
}

long sys_lseek(struct call *call) {
  return refuse_seek(call);
}

long sys_llseek(struct call *call) {
  return refuse_seek(call);
}

long sys_pread(struct call *call) {
  return refuse_seek(call);
}

long sys_pwrite(struct call *call) {
  return refuse_seek(call);
}

long sys_ioctl(struct call *call) {
  return files_get(call->task, call->argument[0]) ? -ERROR_NOTTY : -ERROR_BADF;
}

static long duplicate(struct task *task, struct file *file, uintptr_t lowest) {
  for (uintptr_t i = lowest; i < FILE_SLOTS; i++) {
    if (task->files[i]) continue;
    task->files[i] = file;
    return (long)i;
  }
  return lowest < FILE_SLOTS ? -ERROR_MFILE : -ERROR_INVAL;
}

long sys_dup(struct call *call) {
  struct file *file = files_get(call->task, call->argument[0]);
  return file ? duplicate(call->task, file, 0) : -ERROR_BADF;
}

long sys_dup2(struct call *call) {
  struct file *file = files_get(call->task, call->argument[0]);
  if (!file || call->argument[1] >= FILE_SLOTS) return -ERROR_BADF;
  call->task->files[call->argument[1]] = file;
  return (long)call->argument[1];
}

long sys_dup3(struct call *call) {
  if (call->argument[0] == call->argument[1]) return -ERROR_INVAL;
  return sys_dup2(call);
}

long sys_fcntl(struct call *call) {
  struct file *file = files_get(call->task, call->argument[0]);
  if (!file) return -ERROR_BADF;
  switch (call->argument[1]) {
  case FCNTL_DUP:
  case FCNTL_DUP_CLOEXEC: return duplicate(call->task, file, call->argument[2]);
  case FCNTL_GET_FD:
  case FCNTL_SET_FD:
  case FCNTL_SET_FLAGS: return 0;
  case FCNTL_GET_FLAGS: return file->number == 0 ? OPEN_READ_ONLY : OPEN_WRITE_ONLY;
  default: return -ERROR_INVAL;
  }
}

/* struct pollfd { int fd; short events, revents; }: the console is ready for all that is asked, closed ones
 * are invalid. */
long sys_poll(struct call *call) {
  struct {
    int32_t descriptor;
    int16_t events, returned;
  } entry;
  enum { POLL_IN = 1, POLL_OUT = 4, POLL_INVALID = 32 };
  long ready = 0;
  if (call->argument[1] > VECTOR_LIMIT) return -ERROR_INVAL;
  for (uintptr_t i = 0; i < call->argument[1]; i++) {
    uintptr_t at = call->argument[0] + i * sizeof entry;
    if (!copy_from_user(&entry, at, sizeof entry)) return -ERROR_FAULT;
    entry.returned = 0;
    if (entry.descriptor >= 0) {
      bool open = files_get(call->task, (uint32_t)entry.descriptor) != NULL;
      entry.returned = open ? (int16_t)(entry.events & (POLL_IN | POLL_OUT)) : POLL_INVALID;
    }
    if (entry.returned) ready++;
    if (!copy_to_user(at, &entry, sizeof entry)) return -ERROR_FAULT;
  }
  return ready;
}

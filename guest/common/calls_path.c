/* System calls on paths and on what files are: there is no file system, so every path but the program's own
 * is unknown. */
#include "bits.h"
#include "calls.h"
#include "errors.h"
#include "files.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"

#define PATH_LIMIT 256
#define AT_EMPTY_PATH 0x1000
#define BLOCK_SIZE 4096
#define STATX_BASIC 0x7ff

/* struct stat of x86-64. */
struct stat64 {
  uint64_t device, inode, links;
  uint32_t mode, user, group, padding;
  uint64_t special_device;
  int64_t size, block_size, blocks;
  int64_t times[6], reserved[3];
};

/* struct stat64 of i386. */
struct i386_stat64 {
  uint64_t device;
  uint32_t padding0, short_inode, mode, links, user, group;
  uint64_t special_device;
  uint32_t padding1;
  uint32_t size[2];
  uint32_t block_size;
  uint32_t blocks[2];
  uint32_t times[6];
  uint32_t inode[2];
} __attribute__((packed));

struct statx {
  uint32_t mask, block_size;
  uint64_t attributes;
  uint32_t links, user, group;
  uint16_t mode, padding;
  uint64_t inode, size, blocks, attributes_mask;
  uint64_t times[8];
  uint32_t special_device[2], device[2];
  uint64_t reserved[14];
};

_Static_assert(sizeof(struct stat64) == 144, "Linux's layout");
_Static_assert(sizeof(struct i386_stat64) == 96, "Linux's layout");
_Static_assert(sizeof(struct statx) == 256, "Linux's layout");

/* -ENOENT for any path that can be read. */
static long refuse_path(uintptr_t path) {
  char text[PATH_LIMIT];
  long length = copy_string_from_user(text, path, sizeof text);
  return length < 0 ? length : -ERROR_NOENT;
}

long sys_open(struct call *call) {
  return refuse_path(call->argument[0]);
}

long sys_openat(struct call *call) {
  return refuse_path(call->argument[1]);
}

long sys_stat_path(struct call *call) {
  return refuse_path(call->argument[0]);
}

long sys_access_path(struct call *call) {
  return refuse_path(call->argument[1]);
}

static long put_stat64(const struct file *file, uintptr_t address) {
  const struct stat64 stat = {
    .inode = file->number + 1, .links = 1, .mode = file->mode, .block_size = BLOCK_SIZE
  };
  return copy_to_user(address, &stat, sizeof stat) ? 0 : -ERROR_FAULT;
}

static long put_i386_stat64(const struct file *file, uintptr_t address) {
  const struct i386_stat64 stat = { .short_inode = file->number + 1,
                                    .links = 1,
                                    .mode = file->mode,
                                    .block_size = BLOCK_SIZE,
                                    .inode = { file->number + 1 } };
  return copy_to_user(address, &stat, sizeof stat) ? 0 : -ERROR_FAULT;
}

static long put_statx(const struct file *file, uintptr_t address) {
  const struct statx stat = { .mask = STATX_BASIC,
                              .block_size = BLOCK_SIZE,
                              .links = 1,
                              .mode = (uint16_t)file->mode,
                              .inode = file->number + 1 };
  return copy_to_user(address, &stat, sizeof stat) ? 0 : -ERROR_FAULT;
}

static long stat_descriptor(struct call *call, long (*put)(const struct file *, uintptr_t),
                            uintptr_t address) {
  const struct file *file = files_get(call->task, call->argument[0]);
  return file ? put(file, address) : -ERROR_BADF;
}

/* The descriptor itself is meant when the path is empty and the flags allow that. */
static long stat_at(struct call *call, long (*put)(const struct file *, uintptr_t), uintptr_t flags,
                    uintptr_t address) {
  char first;
  if (!copy_from_user(&first, call->argument[1], 1)) return -ERROR_FAULT;
  if (first == 0 && flags & AT_EMPTY_PATH) return stat_descriptor(call, put, address);
  return refuse_path(call->argument[1]);
}

long sys_fstat64(struct call *call) {
  return stat_descriptor(call, put_stat64, call->argument[1]);
}

long sys_i386_fstat64(struct call *call) {
  return stat_descriptor(call, put_i386_stat64, call->argument[1]);
}

long sys_fstatat64(struct call *call) {
  return stat_at(call, put_stat64, call->argument[3], call->argument[2]);
}

long sys_i386_fstatat64(struct call *call) {
  return stat_at(call, put_i386_stat64, call->argument[3], call->argument[2]);
}

long sys_statx(struct call *call) {
  return stat_at(call, put_statx, call->argument[2], call->argument[4]);
}

/* The one link there is: /proc/self/exe, the program. */
static long read_link(const struct task *task, uintptr_t path, uintptr_t buffer, size_t size) {
  char text[PATH_LIMIT];
  size_t length = strlen(task->name);
  long path_length = copy_string_from_user(text, path, sizeof text);
  if (path_length < 0) return path_length;
  if (!text_equals(text, "/proc/self/exe")) return -ERROR_NOENT;
  if (size == 0) return -ERROR_INVAL;
  text[0] = '/';
  memcpy(text + 1, task->name, length);
  if (size > length + 1) size = length + 1;
  return copy_to_user(buffer, text, size) ? (long)size : -ERROR_FAULT;
}

long sys_readlink(struct call *call) {
  return read_link(call->task, call->argument[0], call->argument[1], call->argument[2]);
}

long sys_readlinkat(struct call *call) {
  return read_link(call->task, call->argument[1], call->argument[2], call->argument[3]);
}

long sys_getcwd(struct call *call) {
  static const char root[] = "/";
  if (call->argument[1] < sizeof root) return -ERROR_RANGE;
  return copy_to_user(call->argument[0], root, sizeof root) ? (long)sizeof root : -ERROR_FAULT;
}

/* System calls that tell and change what a file is. */
#include "call_path.h"
#include "calls.h"
#include "clock.h"
#include "errors.h"
#include "files.h"
#include "inodes.h"
#include "stat.h"
#include "task.h"
#include "user_memory.h"

#define BLOCK_SIZE 4096
#define SECTOR_SIZE 512
#define FILE_SYSTEM 1 /* st_dev */
#define STATX_BASIC 0x7ff
#define EXECUTE_OK 1
#define EXECUTE_BITS 0111

typedef long put_stat(const struct inode *, uintptr_t);

static uint64_t sectors(const struct inode *inode) {
  return (inode_size(inode) + BLOCK_SIZE - 1) / BLOCK_SIZE * (BLOCK_SIZE / SECTOR_SIZE);
}

static long put_stat64(const struct inode *inode, uintptr_t address) {
  const int64_t time = (int64_t)inode->modified;
  const struct stat64 stat = { .device = FILE_SYSTEM,
                               .inode = inode->number,
                               .links = inode->links ? inode->links : 1,
                               .mode = inode->mode,
                               .user = inode->owner,
                               .group = inode->group,
                               .special_device = inode->device,
                               .size = (int64_t)inode_size(inode),
                               .block_size = BLOCK_SIZE,
                               .blocks = (int64_t)sectors(inode),
                               .times = { time, 0, time, 0, time, 0 } };
  return copy_to_user(address, &stat, sizeof stat) ? 0 : -ERROR_FAULT;
}

static long put_i386_stat64(const struct inode *inode, uintptr_t address) {
  const uint64_t size = inode_size(inode), blocks = sectors(inode);
  const uint32_t time = (uint32_t)inode->modified;
  const struct i386_stat64 stat = { .device = FILE_SYSTEM,
                                    .short_inode = inode->number,
                                    .mode = inode->mode,
                                    .links = inode->links ? inode->links : 1,
                                    .user = inode->owner,
                                    .group = inode->group,
                                    .special_device = inode->device,
                                    .size = { (uint32_t)size, (uint32_t)(size >> 32) },
                                    .block_size = BLOCK_SIZE,
                                    .blocks = { (uint32_t)blocks, (uint32_t)(blocks >> 32) },
                                    .times = { time, 0, time, 0, time, 0 },
                                    .inode = { inode->number } };
  return copy_to_user(address, &stat, sizeof stat) ? 0 : -ERROR_FAULT;
}

static long put_statx(const struct inode *inode, uintptr_t address) {
  const int64_t time = (int64_t)inode->modified;
  const struct statx stat = { .mask = STATX_BASIC,
                              .block_size = BLOCK_SIZE,
                              .links = inode->links ? inode->links : 1,
                              .user = inode->owner,
                              .group = inode->group,
                              .mode = (uint16_t)inode->mode,
                              .inode = inode->number,
                              .size = inode_size(inode),
                              .blocks = sectors(inode),
                              .access = { time, 0, 0 },
                              .change = { time, 0, 0 },
                              .modification = { time, 0, 0 },
                              .special_device = { inode->device >> 8, inode->device & 0xff },
                              .device = { 0, FILE_SYSTEM } };
  return copy_to_user(address, &stat, sizeof stat) ? 0 : -ERROR_FAULT;
}

static long stat_path(struct call *call, uintptr_t flags, put_stat *put, uintptr_t address) {
  struct inode *inode;
  long result = call_find(call, PATH_FROM_TASK, call->argument[0], flags, &inode);
  return result < 0 ? result : put(inode, address);
}

static long stat_descriptor(struct call *call, put_stat *put) {
  const struct file *file = files_get(call->task, call->argument[0]);
  return file ? put(file->inode, call->argument[1]) : -ERROR_BADF;
}

static long stat_at(struct call *call, uintptr_t flags, put_stat *put, uintptr_t address) {
  struct inode *inode;
  long result = call_find(call, call->argument[0], call->argument[1], flags, &inode);
  return result < 0 ? result : put(inode, address);
}

long sys_stat64(struct call *call) {
  return stat_path(call, 0, put_stat64, call->argument[1]);
}

long sys_lstat64(struct call *call) {
  return stat_path(call, PATH_NO_FOLLOW, put_stat64, call->argument[1]);
}

long sys_fstat64(struct call *call) {
  return stat_descriptor(call, put_stat64);
}

long sys_fstatat64(struct call *call) {
  return stat_at(call, call->argument[3], put_stat64, call->argument[2]);
}

long sys_i386_stat64(struct call *call) {
  return stat_path(call, 0, put_i386_stat64, call->argument[1]);
}

long sys_i386_lstat64(struct call *call) {
  return stat_path(call, PATH_NO_FOLLOW, put_i386_stat64, call->argument[1]);
}

long sys_i386_fstat64(struct call *call) {
  return stat_descriptor(call, put_i386_stat64);
}

long sys_i386_fstatat64(struct call *call) {
  return stat_at(call, call->argument[3], put_i386_stat64, call->argument[2]);
}

long sys_statx(struct call *call) {
  return stat_at(call, call->argument[2], put_statx, call->argument[4]);
}

/* All are root, who may do everything but execute what nobody may. */
static long check_access(struct call *call, uintptr_t directory, uintptr_t path, uintptr_t wanted) {
  struct inode *inode;
  long result = call_find(call, directory, path, 0, &inode);
  if (result < 0) return result;
  if (wanted & EXECUTE_OK && inode_type(inode) != MODE_DIRECTORY && !(inode->mode & EXECUTE_BITS))
    return -ERROR_ACCES;
  return 0;
}

long sys_access(struct call *call) {
  return check_access(call, PATH_FROM_TASK, call->argument[0], call->argument[1]);
}

long sys_faccessat(struct call *call) {
  return check_access(call, call->argument[0], call->argument[1], call->argument[2]);
}

static long set_mode(struct inode *inode, uintptr_t mode) {
  inode->mode = inode_type(inode) | ((unsigned)mode & MODE_PERMISSIONS);
  return 0;
}

long sys_chmod(struct call *call) {
  struct inode *inode;
  long result = call_find(call, PATH_FROM_TASK, call->argument[0], 0, &inode);
  return result < 0 ? result : set_mode(inode, call->argument[1]);
}

long sys_fchmodat(struct call *call) {
  struct inode *inode;
  long result = call_find(call, call->argument[0], call->argument[1], 0, &inode);
  return result < 0 ? result : set_mode(inode, call->argument[2]);
}

long sys_fchmod(struct call *call) {
  struct file *file = files_get(call->task, call->argument[0]);
  return file ? set_mode(file->inode, call->argument[1]) : -ERROR_BADF;
}

/* -1 keeps what is there. */
static long set_owner(struct inode *inode, uintptr_t owner, uintptr_t group) {
  if ((uint32_t)owner != UINT32_MAX) inode->owner = (uint32_t)owner;
  if ((uint32_t)group != UINT32_MAX) inode->group = (uint32_t)group;
  return 0;
}

static long change_owner(struct call *call, uintptr_t flags) {
  struct inode *inode;
  long result = call_find(call, PATH_FROM_TASK, call->argument[0], flags, &inode);
  return result < 0 ? result : set_owner(inode, call->argument[1], call->argument[2]);
}

long sys_chown(struct call *call) {
  return change_owner(call, 0);
}

long sys_lchown(struct call *call) {
  return change_owner(call, PATH_NO_FOLLOW);
}

long sys_fchown(struct call *call) {
  struct file *file = files_get(call->task, call->argument[0]);
  return file ? set_owner(file->inode, call->argument[1], call->argument[2]) : -ERROR_BADF;
}

long sys_fchownat(struct call *call) {
  struct inode *inode;
  long result = call_find(call, call->argument[0], call->argument[1], call->argument[4], &inode);
  return result < 0 ? result : set_owner(inode, call->argument[2], call->argument[3]);
}

/* Two timespecs, access and modification; no pointer means now. Access times are not kept. */
static long set_times(struct call *call, unsigned word_size) {
  enum { NOW = 0x3fffffff, OMIT = 0x3ffffffe };
  uint64_t time[2] = { 0, NOW };
  struct inode *inode;
  uintptr_t flags = call->argument[3] | (call->argument[1] ? 0 : PATH_EMPTY);
  long result = call_find(call, call->argument[0], call->argument[1], flags, &inode);
  if (result < 0) return result;
  if (call->argument[2] && !call_get_pair(word_size, call->argument[2] + 2 * (uintptr_t)word_size, time))
    return -ERROR_FAULT;
  if (time[1] == NOW)
    inode_touch(inode);
  else if (time[1] != OMIT)
    inode->modified = time[0];
  return 0;
}

long sys_utimensat(struct call *call) {
  return set_times(call, call->word_size);
}

long sys_utimensat64(struct call *call) {
  return set_times(call, 8);
}

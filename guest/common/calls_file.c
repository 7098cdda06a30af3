/* System calls that move bytes: reading, writing, seeking. */
#include "calls.h"
#include "errors.h"
#include "files.h"
#include "inodes.h"
#include "task.h"
#include "user_memory.h"

#define VECTOR_LIMIT 1024
#define TRANSFER_LIMIT 0x7ffff000 /* as Linux: no call transfers more */

enum seek_from { SEEK_START, SEEK_CURRENT, SEEK_END };

typedef long transfer(struct file *, uintptr_t, size_t, uint64_t *);

static size_t limited(uint64_t size) {
  return size < TRANSFER_LIMIT ? (size_t)size : TRANSFER_LIMIT;
}

static bool has_position(const struct file *file) {
  unsigned type = inode_type(file->inode);
  return type == MODE_REGULAR || type == MODE_BLOCK || type == MODE_DIRECTORY;
}

/* The whole range counts, also what lies beyond the limit: nothing moves when it wraps. */
static long transfer_one(struct call *call, transfer *move) {
  struct file *file = files_get(call->task, call->argument[0]);
  if (!file) return -ERROR_BADF;
  if (!user_range_fits(call->task, call->argument[1], call->argument[2])) return -ERROR_FAULT;
  return move(file, call->argument[1], limited(call->argument[2]), &file->position);
}

long sys_read(struct call *call) {
  return transfer_one(call, vfs_read);
}

long sys_write(struct call *call) {
  return transfer_one(call, vfs_write);
}

/* struct iovec: address and length, words of the caller's size. */
static long transfer_vector(struct call *call, transfer *move) {
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
    if (size >> (8 * call->word_size - 1)) return total > 0 ? total : -ERROR_INVAL;
    if (!user_range_fits(call->task, (uintptr_t)address, size)) return total > 0 ? total : -ERROR_FAULT;
    if (size == 0) continue;
    count = move(file, (uintptr_t)address, limited(size), &file->position);
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

/* The i386 ABI has the offset in two words; they follow the size. */
static uint64_t offset_argument(const struct call *call, unsigned index) {
  if (call->word_size == sizeof(uint64_t)) return call->argument[index];
  return (uint64_t)call->argument[index + 1] << 32 | call->argument[index];
}

static long transfer_at(struct call *call, transfer *move) {
  struct file *file = files_get(call->task, call->argument[0]);
  uint64_t position = offset_argument(call, 3);
  if (!file) return -ERROR_BADF;
  if (!has_position(file)) return -ERROR_SPIPE;
  if (position > INT64_MAX) return -ERROR_INVAL;
  return move(file, call->argument[1], limited(call->argument[2]), &position);
}

long sys_pread(struct call *call) {
  return transfer_at(call, vfs_read);
}

long sys_pwrite(struct call *call) {
  return transfer_at(call, vfs_write);
}

/* Where a seek leads; negative is an error number. */
static int64_t seek(struct file *file, int64_t offset, uintptr_t from) {
  int64_t base;
  if (!has_position(file)) return -ERROR_SPIPE;
  switch (from) {
  case SEEK_START: base = 0; break;
  case SEEK_CURRENT: base = (int64_t)file->position; break;
  case SEEK_END:
    base = inode_type(file->inode) == MODE_DIRECTORY ? 0 : (int64_t)file->inode->contents.size;
    break;
  default: return -ERROR_INVAL;
  }
  if (__builtin_add_overflow(base, offset, &base) || base < 0) return -ERROR_INVAL;
  file->position = (uint64_t)base;
  return base;
}

/* The offset is a signed word of the caller's. */
long sys_lseek(struct call *call) {
  struct file *file = files_get(call->task, call->argument[0]);
  int64_t offset =
      call->word_size == sizeof(uint64_t) ? (int64_t)call->argument[1] : (int32_t)call->argument[1];
  return file ? (long)seek(file, offset, call->argument[2]) : -ERROR_BADF;
}

/* Two words of offset, the high one first; the result goes to memory. */
long sys_llseek(struct call *call) {
  struct file *file = files_get(call->task, call->argument[0]);
  uint64_t offset = (uint64_t)call->argument[1] << 32 | (uint32_t)call->argument[2];
  int64_t result;
  if (!file) return -ERROR_BADF;
  result = seek(file, (int64_t)offset, call->argument[4]);
  if (result < 0) return (long)result;
  return copy_to_user(call->argument[3], &result, sizeof result) ? 0 : -ERROR_FAULT;
}

/* One piece; the offset, if one is given, is the input's and is not its position. */
long sys_sendfile(struct call *call) {
  char piece[1024];
  struct file *to = files_get(call->task, call->argument[0]),
              *from = files_get(call->task, call->argument[1]);
  size_t size = call->argument[3] < sizeof piece ? call->argument[3] : sizeof piece;
  long count, written;
  if (!to || !from || (to->flags & OPEN_ACCESS) == OPEN_READ_ONLY ||
      (from->flags & OPEN_ACCESS) == OPEN_WRITE_ONLY)
    return -ERROR_BADF;
  if (call->argument[2] || inode_type(from->inode) != MODE_REGULAR) return -ERROR_INVAL;
  count = from->operations->read(from, piece, size, &from->position);
  if (count <= 0) return count;
  written = to->operations->write(to, piece, (size_t)count, &to->position);
  from->position -= (uint64_t)(count - (written > 0 ? written : 0));
  return written;
}

static long resize(struct inode *inode, uint64_t size) {
  long result;
  if (inode_type(inode) == MODE_DIRECTORY) return -ERROR_ISDIR;
  if (inode_type(inode) != MODE_REGULAR || size > INT64_MAX) return -ERROR_INVAL;
  result = contents_resize(&inode->contents, size);
  if (result == 0) inode_touch(inode);
  return result;
}

static long truncate_file(struct call *call, uint64_t size) {
  struct file *file = files_get(call->task, call->argument[0]);
  if (!file) return -ERROR_BADF;
  if ((file->flags & OPEN_ACCESS) == OPEN_READ_ONLY) return -ERROR_INVAL;
  return resize(file->inode, size);
}

long sys_ftruncate(struct call *call) {
  return truncate_file(call, call->argument[1]);
}

long sys_ftruncate64(struct call *call) {
  return truncate_file(call, offset_argument(call, 1));
}

/* Files whose bytes lie in memory: regular files, block devices; and what a directory answers. */
#include "console.h"
#include "errors.h"
#include "files.h"
#include "inodes.h"
#include "task.h"

long refuse_read(struct file *file, void *bytes, size_t size, uint64_t *position) {
  (void)file, (void)bytes, (void)size, (void)position;
  return -ERROR_BADF;
}

long refuse_write(struct file *file, const void *bytes, size_t size, uint64_t *position) {
  (void)file, (void)bytes, (void)size, (void)position;
  return -ERROR_BADF;
}

unsigned always_ready(const struct file *file) {
  (void)file;
  return POLL_IN | POLL_OUT;
}

void release_nothing(struct file *file) {
  (void)file;
}

static long memory_read(struct file *file, void *bytes, size_t size, uint64_t *position) {
  size_t count = contents_read(&file->inode->contents, *position, bytes, size);
  *position += count;
  return (long)count;
}

static long memory_write(struct file *file, const void *bytes, size_t size, uint64_t *position) {
  long result = contents_write(&file->inode->contents, *position, bytes, size);
  if (result < 0) return result;
  *position += (size_t)result;
  inode_touch(file->inode);
  return result;
}

/* Said once: the program hears it each time. */
static void tell_full(void) {
  static bool told;
  if (!told) console_say("%s: no memory is left for files: the answer is -ENOSPC", task_current()->name);
  told = true;
}

static long regular_write(struct file *file, const void *bytes, size_t size, uint64_t *position) {
  long result;
  if (file->flags & OPEN_APPEND) *position = file->inode->contents.size;
  result = memory_write(file, bytes, size, position);
  if (result == -ERROR_NOSPC) tell_full();
  return result;
}

/* A block device does not grow. */
static long block_write(struct file *file, const void *bytes, size_t size, uint64_t *position) {
  uint64_t end = file->inode->contents.size;
  if (*position >= end) return -ERROR_NOSPC;
  return memory_write(file, bytes, size < end - *position ? size : (size_t)(end - *position), position);
}

static long directory_read(struct file *file, void *bytes, size_t size, uint64_t *position) {
  (void)file, (void)bytes, (void)size, (void)position;
  return -ERROR_ISDIR;
}

const struct file_operations regular_operations = { memory_read, regular_write, always_ready,
                                                    release_nothing };
const struct file_operations block_operations = { memory_read, block_write, always_ready, release_nothing };
const struct file_operations directory_operations = { directory_read, refuse_write, always_ready,
                                                      release_nothing };
const struct file_operations no_operations = { refuse_read, refuse_write, always_ready, release_nothing };

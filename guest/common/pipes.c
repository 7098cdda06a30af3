/* A pipe is a ring of one page; who finds it empty or full sleeps until the other side did something. */
#include "pipes.h"

#include "errors.h"
#include "files.h"
#include "heap.h"
#include "inodes.h"
#include "schedule.h"
#include "signals.h"
#include "task.h"
#include "text.h"

#define CAPACITY 4096 /* PIPE_BUF: writes up to that size stay in one piece */

struct pipe {
  char *bytes;
  size_t start, count;
  unsigned readers, writers;
};

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

static void take_bytes(struct pipe *pipe, char *to, size_t size) {
  size_t first = least(size, CAPACITY - pipe->start);
  memcpy(to, pipe->bytes + pipe->start, first);
  memcpy(to + first, pipe->bytes, size - first);
  pipe->start = (pipe->start + size) % CAPACITY;
  pipe->count -= size;
}

static void put_bytes(struct pipe *pipe, const char *from, size_t size) {
  size_t end = (pipe->start + pipe->count) % CAPACITY, first = least(size, CAPACITY - end);
  memcpy(pipe->bytes + end, from, first);
  memcpy(pipe->bytes, from + first, size - first);
  pipe->count += size;
}

/* Waits for the other side: 0 to look again, or a negative error number. */
static long wait(const struct file *file) {
  if (file->flags & OPEN_NONBLOCK) return -ERROR_AGAIN;
  if (schedule_interrupted()) return -ERROR_INTR;
  schedule_sleep(file->inode->pipe);
  return 0;
}

static long pipe_read(struct file *file, void *bytes, size_t size, uint64_t *position) {
  struct pipe *pipe = file->inode->pipe;
  (void)position;
  while (pipe->count == 0) {
    long result = pipe->writers > 0 ? wait(file) : 0;
    if (result < 0) return result;
    if (pipe->writers == 0 && pipe->count == 0) return 0;
  }
  size = least(size, pipe->count);
  take_bytes(pipe, bytes, size);
  files_wake(pipe);
  return (long)size;
}

/* All of it, which the pieces of vfs_write are small enough for. */
static long pipe_write(struct file *file, const void *bytes, size_t size, uint64_t *position) {
  struct pipe *pipe = file->inode->pipe;
  (void)position;
  for (;;) {
    long result;
    if (pipe->readers == 0) {
      signals_send(task_current(), SIGNAL_PIPE);
      return -ERROR_PIPE;
    }
    if (CAPACITY - pipe->count >= size) break;
    result = wait(file);
    if (result < 0) return result;
  }
  put_bytes(pipe, bytes, size);
  files_wake(pipe);
  return (long)size;
}

static unsigned read_end_ready(const struct file *file) {
  const struct pipe *pipe = file->inode->pipe;
  return (pipe->count > 0 ? POLL_IN : 0u) | (pipe->writers == 0 ? POLL_HANG_UP : 0u);
}

static unsigned write_end_ready(const struct file *file) {
  const struct pipe *pipe = file->inode->pipe;
  return (pipe->count < CAPACITY ? POLL_OUT : 0u) | (pipe->readers == 0 ? POLL_ERROR : 0u);
}

static void pipe_free_if_unused(struct file *file) {
  struct pipe *pipe = file->inode->pipe;
  files_wake(pipe);
  if (pipe->readers > 0 || pipe->writers > 0) return;
  heap_return(pipe->bytes, CAPACITY);
  heap_return(pipe, sizeof *pipe);
}

static void release_reader(struct file *file) {
  file->inode->pipe->readers--;
  pipe_free_if_unused(file);
}

static void release_writer(struct file *file) {
  file->inode->pipe->writers--;
  pipe_free_if_unused(file);
}

static const struct file_operations read_end = { pipe_read, refuse_write, read_end_ready, release_reader };
static const struct file_operations write_end = { refuse_read, pipe_write, write_end_ready, release_writer };

static struct file *end_open(struct inode *inode, const struct file_operations *operations, unsigned flags) {
  inode->operations = operations;
  return file_open(inode, flags);
}

/* The pipe and its bytes, which need not be there. */
static void discard(struct pipe *pipe) {
  if (pipe->bytes) heap_return(pipe->bytes, CAPACITY);
  heap_return(pipe, sizeof *pipe);
}

static struct pipe *pipe_allocate(void) {
  struct pipe *pipe = heap_take(sizeof *pipe);
  if (!pipe) return NULL;
  pipe->bytes = heap_take(CAPACITY);
  pipe->readers = pipe->writers = 1;
  if (pipe->bytes) return pipe;
  discard(pipe);
  return NULL;
}

long pipe_create(struct file *files[2], unsigned flags) {
  struct pipe *pipe = pipe_allocate();
  struct inode *inode = pipe ? inode_create(MODE_PIPE | 0600) : NULL;
  if (inode) {
    inode->pipe = pipe;
    files[0] = end_open(inode, &read_end, flags | OPEN_READ_ONLY);
    files[1] = files[0] ? end_open(inode, &write_end, flags | OPEN_WRITE_ONLY) : NULL;
    inode_release(inode); /* held by the files now */
    if (files[1]) return 0;
    if (files[0]) {
      pipe->writers = 0;
      file_release(files[0]);
      return -ERROR_NOMEM;
    }
  }
  if (pipe) discard(pipe);
  return -ERROR_NOMEM;
}

/* Open files and the tables of them. */
#include "files.h"

#include "errors.h"
#include "heap.h"
#include "inodes.h"
#include "schedule.h"
#include "task.h"
#include "user_memory.h"

#define PIECE 4096 /* PIPE_BUF: what a pipe takes in one piece */

const char files_changed;

void files_wake(const void *channel) {
  schedule_wake(channel);
  schedule_wake(&files_changed);
}

struct file *file_open(struct inode *inode, unsigned flags) {
  struct file *file = heap_take(sizeof *file);
  if (!file) return NULL;
  file->operations = inode->operations;
  file->inode = inode_hold(inode);
  file->flags = flags;
  file->references = 1;
  return file;
}

void file_release(struct file *file) {
  if (--file->references > 0) return;
  file->operations->release(file);
  inode_release(file->inode);
  heap_return(file, sizeof *file);
}

long files_install(struct file_table *files, struct file *file, uintptr_t lowest, bool close_on_exec) {
  for (uintptr_t i = lowest; i < FILE_SLOTS; i++) {
    if (files->slot[i].file) continue;
    files->slot[i] = (struct descriptor){ file, close_on_exec };
    return (long)i;
  }
  file_release(file);
  return -ERROR_MFILE;
}

void files_replace(struct file_table *files, struct file *file, uintptr_t number, bool close_on_exec) {
  if (files->slot[number].file) files_close(&files->slot[number]);
  files->slot[number] = (struct descriptor){ file, close_on_exec };
}

struct descriptor *files_slot(struct task *task, uintptr_t descriptor) {
  uint32_t slot = (uint32_t)descriptor;
  return slot < FILE_SLOTS && task->files.slot[slot].file ? &task->files.slot[slot] : NULL;
}

struct file *files_get(struct task *task, uintptr_t descriptor) {
  const struct descriptor *slot = files_slot(task, descriptor);
  return slot ? slot->file : NULL;
}

void files_close(struct descriptor *descriptor) {
  struct file *file = descriptor->file;
  *descriptor = (struct descriptor){ NULL, false };
  file_release(file);
}

void files_copy(struct file_table *to, const struct file_table *from) {
  *to = *from;
  for (unsigned i = 0; i < FILE_SLOTS; i++)
    if (to->slot[i].file) to->slot[i].file->references++;
}

static void close_some(struct file_table *files, bool all) {
  for (unsigned i = 0; i < FILE_SLOTS; i++)
    if (files->slot[i].file && (all || files->slot[i].close_on_exec)) files_close(&files->slot[i]);
}

void files_close_all(struct file_table *files) {
  close_some(files, true);
}

void files_close_on_exec(struct file_table *files) {
  close_some(files, false);
}

static bool may(const struct file *file, unsigned other_way) {
  return !(file->flags & OPEN_PATH) && (file->flags & OPEN_ACCESS) != other_way;
}

/* A file that waits gives what there is; one of bytes in memory is read to the end of the buffer. */
static bool goes_on(const struct file *file) {
  unsigned type = inode_type(file->inode);
  return type == MODE_REGULAR || type == MODE_BLOCK;
}

long vfs_read(struct file *file, uintptr_t buffer, size_t size, uint64_t *position) {
  char piece[PIECE];
  size_t done = 0;
  if (!may(file, OPEN_WRITE_ONLY)) return -ERROR_BADF;
  do {
    size_t wanted = size - done < sizeof piece ? size - done : sizeof piece;
    long count = file->operations->read(file, piece, wanted, position);
    if (count < 0) return done > 0 ? (long)done : count;
    if (count > 0 && !copy_to_user(buffer + done, piece, (size_t)count))
      return done > 0 ? (long)done : -ERROR_FAULT;
    done += (size_t)count;
    if ((size_t)count < wanted) break;
  } while (done < size && goes_on(file));
  return (long)done;
}

long vfs_write(struct file *file, uintptr_t buffer, size_t size, uint64_t *position) {
  char piece[PIECE];
  size_t done = 0;
  if (!may(file, OPEN_READ_ONLY)) return -ERROR_BADF;
  while (done < size) {
    size_t wanted = size - done < sizeof piece ? size - done : sizeof piece;
    size_t got = copy_some_from_user(piece, buffer + done, wanted);
    long count = got > 0 ? file->operations->write(file, piece, got, position) : -ERROR_FAULT;
    if (count < 0) return done > 0 ? (long)done : count;
    done += (size_t)count;
    if (got < wanted || (size_t)count < got) break;
  }
  return (long)done;
}

/* Open files: each is reached through its own operations. */
#ifndef GUEST_FILES_H
#define GUEST_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FILE_SLOTS 64

struct file;
struct inode;
struct task;

/* Linux's numbers of O_. */
#define OPEN_ACCESS 03
#define OPEN_READ_ONLY 00
#define OPEN_WRITE_ONLY 01
#define OPEN_READ_WRITE 02
#define OPEN_CREATE 0100
#define OPEN_EXCLUSIVE 0200
#define OPEN_TRUNCATE 01000
#define OPEN_APPEND 02000
#define OPEN_NONBLOCK 04000
#define OPEN_LARGE 0100000
#define OPEN_DIRECTORY 0200000
#define OPEN_NO_FOLLOW 0400000
#define OPEN_CLOEXEC 02000000
#define OPEN_PATH 010000000

/* Linux's numbers of POLL. */
#define POLL_IN 1
#define POLL_OUT 4
#define POLL_ERROR 8
#define POLL_HANG_UP 16
#define POLL_INVALID 32

/* What differs between kinds of files; none is missing, so that a call never goes through a null pointer.
 * Counts or negative error numbers are returned; buffers are the kernel's; *position is where to begin and is
 * moved on by those that have one. */
struct file_operations {
  long (*read)(struct file *file, void *bytes, size_t size, uint64_t *position);
  long (*write)(struct file *file, const void *bytes, size_t size, uint64_t *position);
  unsigned (*ready)(const struct file *file); /* POLL_ bits that would not wait */
  void (*release)(struct file *file);         /* the last descriptor is closed */
};

struct file {
  const struct file_operations *operations;
  struct inode *inode;
  uint64_t position;
  unsigned flags; /* OPEN_ bits */
  unsigned references;
};

struct descriptor {
  struct file *file;
  bool close_on_exec;
};

/* The open files of a task, by number. All zeros is an empty one. */
struct file_table {
  struct descriptor slot[FILE_SLOTS];
};

/* The kinds of files: files_memory.c, devices.c, pipes.c. */
extern const struct file_operations regular_operations, directory_operations, block_operations, no_operations;
long refuse_read(struct file *file, void *bytes, size_t size, uint64_t *position);
long refuse_write(struct file *file, const void *bytes, size_t size, uint64_t *position);
unsigned always_ready(const struct file *file);
void release_nothing(struct file *file);

/* What sleeps until any open file is ready for something, sleeps on the address of this; files_wake wakes it
 * as well as who sleeps on `channel`. */
extern const char files_changed;
void files_wake(const void *channel);

/* A file on an inode, which it holds; NULL when memory is out. One reference, the caller's. */
struct file *file_open(struct inode *inode, unsigned flags);

/* Gives a reference back: with the last one the file is closed. */
void file_release(struct file *file);

/* Puts a file, of which it takes over a reference, under the first free number from `lowest` on: the number,
 * or -EMFILE with the reference given back. */
long files_install(struct file_table *files, struct file *file, uintptr_t lowest, bool close_on_exec);

/* The same under a number of the caller's choice, below FILE_SLOTS; what was there is closed. */
void files_replace(struct file_table *files, struct file *file, uintptr_t number, bool close_on_exec);

/* The open file of a descriptor, of which the low 32 bits count; or NULL. */
struct file *files_get(struct task *task, uintptr_t descriptor);

/* Its place; NULL when no file is open there. */
struct descriptor *files_slot(struct task *task, uintptr_t descriptor);

void files_close(struct descriptor *descriptor);
void files_copy(struct file_table *to, const struct file_table *from);
void files_close_all(struct file_table *files);
void files_close_on_exec(struct file_table *files);

/* Reads or writes a user buffer through the file's operations, in pieces, at *position. */
long vfs_read(struct file *file, uintptr_t buffer, size_t size, uint64_t *position);
long vfs_write(struct file *file, uintptr_t buffer, size_t size, uint64_t *position);

#endif

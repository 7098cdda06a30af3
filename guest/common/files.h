/* Open files: each is reached through its own operations. */
#ifndef GUEST_FILES_H
#define GUEST_FILES_H

#include <stddef.h>
#include <stdint.h>

#define FILE_SLOTS 32

struct task;
struct file;

/* What differs between kinds of files. Each returns a count or a negative error number; buffers are the
 * kernel's. */
struct file_operations {
  long (*read)(struct file *file, void *bytes, size_t size);
  long (*write)(struct file *file, const void *bytes, size_t size);
};

struct file {
  const struct file_operations *operations;
  unsigned mode;   /* type and permissions as st_mode has them */
  unsigned number; /* as st_ino */
};

/* Opens 0, 1 and 2 on the console. */
void files_open_console(struct task *task);

/* The open file of a descriptor, of which the low 32 bits count; or NULL. */
struct file *files_get(struct task *task, uintptr_t descriptor);

/* Reads or writes a user buffer through the file's operations, in pieces. */
long vfs_read(struct file *file, uintptr_t buffer, size_t size);
long vfs_write(struct file *file, uintptr_t buffer, size_t size);

#endif

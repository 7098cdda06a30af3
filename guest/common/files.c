/* Open files, and the console as one: standard input, output and errors look like pipes to the program. */
#include "files.h"

#include "console.h"
#include "errors.h"
#include "task.h"
#include "user_memory.h"

#define PIECE 1024
#define MODE_PIPE 0010600

static long console_file_read(struct file *file, void *bytes, size_t size) {
  (void)file;
  return (long)console_read(bytes, size);
}

static long console_file_write(struct file *file, const void *bytes, size_t size) {
  console_write(file->number == 2 ? CONSOLE_ERRORS : CONSOLE_OUTPUT, bytes, size);
  return (long)size;
}

static long refuse_read(struct file *file, void *bytes, size_t size) {
  (void)file, (void)bytes, (void)size;
  return -ERROR_BADF;
}

static long refuse_write(struct file *file, const void *bytes, size_t size) {
  (void)file, (void)bytes, (void)size;
  return -ERROR_BADF;
}

static const struct file_operations input_operations = { console_file_read, refuse_write };
static const struct file_operations output_operations = { refuse_read, console_file_write };

void files_open_console(struct task *task) {
  static struct file console[3] = {
    { &input_operations, MODE_PIPE, 0 },
    { &output_operations, MODE_PIPE, 1 },
    { &output_operations, MODE_PIPE, 2 },
  };
  for (unsigned i = 0; i < 3; i++)
    task->files[i] = &console[i];
}

struct file *files_get(struct task *task, uintptr_t descriptor) {
  uint32_t slot = (uint32_t)descriptor;
  return slot < FILE_SLOTS ? task->files[slot] : NULL;
}

long vfs_read(struct file *file, uintptr_t buffer, size_t size) {
  char piece[PIECE];
  long count;
  if (size > sizeof piece) size = sizeof piece;
  count = file->operations->read(file, piece, size);
  if (count > 0 && !copy_to_user(buffer, piece, (size_t)count)) return -ERROR_FAULT;
  return count;
}

long vfs_write(struct file *file, uintptr_t buffer, size_t size) {
  char piece[PIECE];
  size_t done = 0;
  while (done < size) {
    size_t wanted = size - done < sizeof piece ? size - done : sizeof piece;
    size_t got = copy_some_from_user(piece, buffer + done, wanted);
    long count = got > 0 ? file->operations->write(file, piece, got) : -ERROR_FAULT;
    if (count < 0) return done > 0 ? (long)done : count;
    done += (size_t)count;
    if (got < wanted) break;
  }
  return (long)done;
}

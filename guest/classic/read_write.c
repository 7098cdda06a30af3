/* read, write and lseek: which kind of file a descriptor is of. */
#include "errors.h"
#include "files.h"
#include "segment.h"
#include "syscalls.h"

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

/* What is refused before the kind matters; 0 when nothing is. */
static long check(const struct open_file *file, unsigned access, uint32_t buffer, int32_t count) {
  if (!file || count < 0) return -ERROR_INVAL;
  if (!(file->access & access)) return -ERROR_BADF;
  if (!user_area_holds(buffer, (uint32_t)count)) return -ERROR_FAULT;
  return 0;
}

long sys_read(uint32_t descriptor, uint32_t buffer, int32_t count) {
  struct open_file *file = file_of(descriptor);
  long wrong = check(file, OPEN_FOR_READ, buffer, count);
  if (wrong || count == 0) return wrong;
  struct inode *inode = file->inode;
  switch (inode->mode & MODE_TYPE) {
  case MODE_PIPE: return read_pipe(inode, buffer, (uint32_t)count);
  case MODE_CHARACTER: return rw_char(READ, inode->device, buffer, (uint32_t)count);
  case MODE_BLOCK: return block_read(inode->device, &file->position, buffer, (uint32_t)count);
  case MODE_REGULAR: return file_read(inode, file, buffer, (uint32_t)count);
  default: return -ERROR_INVAL;
  }
}

long sys_write(uint32_t descriptor, uint32_t buffer, int32_t count) {
  struct open_file *file = file_of(descriptor);
  long wrong = check(file, OPEN_FOR_WRITE, buffer, count);
  if (wrong || count == 0) return wrong;
  struct inode *inode = file->inode;
  switch (inode->mode & MODE_TYPE) {
  case MODE_PIPE: return write_pipe(inode, buffer, (uint32_t)count);
  case MODE_CHARACTER: return rw_char(WRITE, inode->device, buffer, (uint32_t)count);
  case MODE_BLOCK: return block_write(inode->device, &file->position, buffer, (uint32_t)count);
  case MODE_REGULAR: return file_write(inode, file, buffer, (uint32_t)count);
  default: return -ERROR_INVAL;
  }
}

static uint32_t seek_origin(const struct open_file *file, uint32_t whence) {
  return whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file->position : file->inode->size;
}

long sys_lseek(uint32_t descriptor, int32_t offset, uint32_t whence) {
  struct open_file *file = file_of(descriptor);
  int32_t position;
  if (!file) return -ERROR_BADF;
  if ((file->inode->mode & MODE_TYPE) == MODE_PIPE) return -ERROR_SPIPE;
  if (whence > SEEK_END || __builtin_add_overflow(seek_origin(file, whence), offset, &position) ||
      position < 0)
    return -ERROR_INVAL;
  file->position = (uint32_t)position;
  return position;
}

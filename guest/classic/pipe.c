/* Pipes: a page that two ends share. */
#include "bits.h"
#include "errors.h"
#include "files.h"
#include "segment.h"

static uint32_t filled(const struct inode *inode) {
  return inode->written - inode->read;
}

/* What is there, but at least one byte, unless nobody is left to write it. */
long read_pipe(struct inode *inode, uint32_t buffer, uint32_t count) {
  uint32_t done = 0;
  while (filled(inode) == 0) {
    if (!inode->writers) return 0;
    task_sleep(inode);
  }
  for (; done < count && filled(inode) > 0; done++)
    put_fs_byte(inode->page[inode->read++ % PAGE_SIZE], buffer + done);
  task_wake(inode);
  return (long)done;
}

long write_pipe(struct inode *inode, uint32_t buffer, uint32_t count) {
  uint32_t done = 0;
  while (done < count && inode->readers) {
    for (; done < count && filled(inode) < PAGE_SIZE; done++)
      inode->page[inode->written++ % PAGE_SIZE] = get_fs_byte(buffer + done);
    task_wake(inode);
    if (done < count) task_sleep(inode);
  }
  return done > 0 ? (long)done : -ERROR_PIPE;
}

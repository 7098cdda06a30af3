/* Files: inodes, open files, and the kinds of files that a read or write goes to by the inode's mode. */
#ifndef GUEST_CLASSIC_FILES_H
#define GUEST_CLASSIC_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "task.h"

/* The type in an inode's mode. */
#define MODE_TYPE 0170000
#define MODE_PIPE 0010000
#define MODE_CHARACTER 0020000
#define MODE_BLOCK 0060000
#define MODE_REGULAR 0100000

/* Numbers of devices: what drives it, and which one. */
#define DEVICE(major, minor) ((major) << 8 | (minor))
#define MAJOR(device) ((device) >> 8)
#define MINOR(device) ((device)&0xff)
#define MAJOR_MEMORY 1 /* character: minor 3 is nothing; block: minor 1 is the RAM disk */
#define MAJOR_TERMINAL 4

#define BLOCK_SIZE 1024
#define INODE_ZONES 32
#define NAME_SIZE 32

enum direction { READ, WRITE };
enum { OPEN_FOR_READ = 1, OPEN_FOR_WRITE = 2 };

struct inode {
  unsigned mode; /* 0: not in use */
  char name[NAME_SIZE];
  unsigned device; /* of a character or block device */
  /* of a regular file: its size, and the blocks that hold it, 0 where there is none */
  uint32_t size;
  uint16_t zone[INODE_ZONES];
  /* of a pipe: a page that is a ring, what was ever written and read of it, and how many have the ends open
   */
  uint8_t *page;
  uint32_t written, read;
  unsigned writers, readers;
};

struct open_file {
  unsigned count; /* of descriptors; 0: not in use */
  struct inode *inode;
  unsigned access; /* OPEN_FOR_ */
  bool append;
  uint32_t position;
};

/* Makes the devices, and opens the terminal as 0, 1 and, for errors, 2. */
void files_init(struct task *task);
void files_share(struct task *to, const struct task *from);
void files_close_all(struct task *task);

/* The open file of a descriptor of the task that runs, or NULL. */
struct open_file *file_of(uint32_t descriptor);

/* An inode by its whole name, or NULL; a new one, or NULL when there are too many. */
struct inode *inode_find(const char *name);
struct inode *inode_make(const char *name, unsigned mode);
void inode_free(struct inode *inode);

/* The four kinds. Buffers are offsets in the program's data segment; `count` is positive; a count or a
 * negative error number comes back. */
long read_pipe(struct inode *inode, uint32_t buffer, uint32_t count);
long write_pipe(struct inode *inode, uint32_t buffer, uint32_t count);
long rw_char(enum direction direction, unsigned device, uint32_t buffer, uint32_t count);
long block_read(unsigned device, uint32_t *position, uint32_t buffer, uint32_t count);
long block_write(unsigned device, uint32_t *position, uint32_t buffer, uint32_t count);
long file_read(struct inode *inode, struct open_file *file, uint32_t buffer, uint32_t count);
long file_write(struct inode *inode, struct open_file *file, uint32_t buffer, uint32_t count);

/* Frees a regular file's blocks. */
void file_truncate(struct inode *inode);

/* A block of a device, or NULL past its end. */
uint8_t *block_data(unsigned device, uint32_t block);

/* What of `rest` bytes at a position fits into its block. */
static inline uint32_t block_rest(uint32_t position, uint32_t rest) {
  uint32_t room = BLOCK_SIZE - position % BLOCK_SIZE;
  return rest < room ? rest : room;
}

#endif

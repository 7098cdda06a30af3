/* Linux's layouts of what a file is. */
#ifndef GUEST_STAT_H
#define GUEST_STAT_H

#include <stdint.h>

/* struct stat of x86-64. */
struct stat64 {
  uint64_t device, inode, links;
  uint32_t mode, user, group, padding;
  uint64_t special_device;
  int64_t size, block_size, blocks;
  int64_t times[6], reserved[3]; /* seconds and nanoseconds: access, modification, change */
};

/* struct stat64 of i386. */
struct i386_stat64 {
  uint64_t device;
  uint32_t padding0, short_inode, mode, links, user, group;
  uint64_t special_device;
  uint32_t padding1;
  uint32_t size[2];
  uint32_t block_size;
  uint32_t blocks[2];
  uint32_t times[6];
  uint32_t inode[2];
} __attribute__((packed));

struct statx {
  uint32_t mask, block_size;
  uint64_t attributes;
  uint32_t links, user, group;
  uint16_t mode, padding;
  uint64_t inode, size, blocks, attributes_mask;
  struct {
    int64_t seconds;
    uint32_t nanoseconds, padding;
  } access, birth, change, modification;
  uint32_t special_device[2], device[2];
  uint64_t reserved[14];
};

_Static_assert(sizeof(struct stat64) == 144, "Linux's layout");
_Static_assert(sizeof(struct i386_stat64) == 96, "Linux's layout");
_Static_assert(sizeof(struct statx) == 256, "Linux's layout");

#endif

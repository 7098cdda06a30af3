/* What names name: regular files, directories, links, devices and pipes, all in memory. */
#ifndef GUEST_INODES_H
#define GUEST_INODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contents.h"

/* Types and permissions, as st_mode has them. */
#define MODE_TYPE 0170000
#define MODE_PIPE 0010000
#define MODE_CHARACTER 0020000
#define MODE_DIRECTORY 0040000
#define MODE_BLOCK 0060000
#define MODE_REGULAR 0100000
#define MODE_LINK 0120000
#define MODE_PERMISSIONS 07777

#define NAME_SIZE 256 /* of a name, with its end */

struct directory_entry;
struct file_operations;
struct inode;
struct pipe;

/* A directory's names, in the order they came. A cookie is an entry's place for a reader: entries that come
 * and go around it do not move it. */
struct directory {
  struct directory_entry *first;
  struct inode *parent; /* of the root: itself */
  uint64_t last_cookie;
};

struct directory_entry {
  struct directory_entry *next;
  struct inode *inode;
  uint64_t cookie;
  char name[];
};

enum { COOKIE_SELF = 1, COOKIE_PARENT = 2 };

struct inode {
  const struct file_operations *operations; /* of a file opened on it */
  unsigned mode, owner, group, number;
  unsigned device;     /* of a device: its number as st_rdev has it */
  unsigned links;      /* names, and for a directory also . and those in it */
  unsigned references; /* open files and others that hold on to it, names not counted */
  uint64_t modified;   /* seconds since 1970 */
  union {
    struct contents contents; /* MODE_REGULAR, MODE_BLOCK */
    struct directory directory;
    struct {
      char *target;
      bool is_program; /* names the running program, whichever that is: /proc/self/exe */
    } link;
    struct pipe *pipe;
  };
};

static inline unsigned inode_type(const struct inode *inode) {
  return inode->mode & MODE_TYPE;
}

/* A new one without a name, held once; NULL when memory is out. Its operations come from its type; a device's
 * are set by who makes it. */
struct inode *inode_create(unsigned mode);

/* Holds on to it; lets go: without names and holders it is gone. */
struct inode *inode_hold(struct inode *inode);
void inode_release(struct inode *inode);

/* Reads up to the end of a regular file; how many bytes there were, or -EISDIR or -EINVAL for what has none.
 */
long inode_read(const struct inode *inode, uint64_t offset, void *bytes, size_t size);

/* What st_size tells. */
uint64_t inode_size(const struct inode *inode);

/* Marks it as changed now. */
void inode_touch(struct inode *inode);

/* The root directory, made at the first call. */
struct inode *inode_root(void);

/* Names in a directory, in directory.c. `length` is the name's. */
struct inode *directory_find(const struct inode *directory, const char *name, size_t length);
long directory_add(struct inode *directory, const char *name, struct inode *inode);
void directory_remove(struct inode *directory, const char *name);

/* The first entry behind a cookie, or NULL. */
const struct directory_entry *directory_after(const struct inode *directory, uint64_t cookie);

/* The name that a directory has in its parent; NULL for the root and for one that has none any more. */
const char *directory_name(const struct inode *directory);

#endif

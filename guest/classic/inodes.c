/* The inodes: a flat directory of names, and the pipes, which have none. */
#include "files.h"
#include "text.h"

#define INODES 32

static struct inode inodes[INODES];

struct inode *inode_find(const char *name) {
  for (unsigned i = 0; i < INODES; i++)
    if (inodes[i].mode && text_equals(inodes[i].name, name)) return &inodes[i];
  return NULL;
}

struct inode *inode_make(const char *name, unsigned mode) {
  for (unsigned i = 0; i < INODES; i++) {
    struct inode *inode = &inodes[i];
    if (inode->mode) continue;
    memset(inode, 0, sizeof *inode);
    memcpy(inode->name, name, strlen(name) + 1);
    inode->mode = mode;
    return inode;
  }
  return NULL;
}

void inode_free(struct inode *inode) {
  inode->mode = 0;
}

/* Inodes: made, held, let go. */
#include "inodes.h"

#include "clock.h"
#include "console.h"
#include "errors.h"
#include "files.h"
#include "heap.h"
#include "text.h"

static const struct file_operations *operations_of(unsigned mode) {
  switch (mode & MODE_TYPE) {
  case MODE_REGULAR: return &regular_operations;
  case MODE_DIRECTORY: return &directory_operations;
  case MODE_BLOCK: return &block_operations;
  default: return &no_operations;
  }
}

struct inode *inode_create(unsigned mode) {
  static unsigned last_number;
  struct inode *inode = heap_take(sizeof *inode);
  if (!inode) return NULL;
  inode->operations = operations_of(mode);
  inode->mode = mode;
  inode->number = ++last_number;
  inode->references = 1;
  if (inode_type(inode) == MODE_DIRECTORY) inode->directory.last_cookie = COOKIE_PARENT;
  inode_touch(inode);
  return inode;
}

struct inode *inode_hold(struct inode *inode) {
  inode->references++;
  return inode;
}

static void destroy(struct inode *inode) {
  switch (inode_type(inode)) {
  case MODE_REGULAR:
  case MODE_BLOCK: (void)contents_resize(&inode->contents, 0); break;
  case MODE_DIRECTORY:
    if (inode->directory.parent) inode_release(inode->directory.parent);
    break;
  case MODE_LINK:
    if (inode->link.target) heap_return(inode->link.target, strlen(inode->link.target) + 1);
    break;
  default: break;
  }
  heap_return(inode, sizeof *inode);
}

void inode_release(struct inode *inode) {
  if (--inode->references == 0 && inode->links == 0) destroy(inode);
}

long inode_read(const struct inode *inode, uint64_t offset, void *bytes, size_t size) {
  if (inode_type(inode) == MODE_DIRECTORY) return -ERROR_ISDIR;
  if (inode_type(inode) != MODE_REGULAR) return -ERROR_INVAL;
  return (long)contents_read(&inode->contents, offset, bytes, size);
}

uint64_t inode_size(const struct inode *inode) {
  switch (inode_type(inode)) {
  case MODE_REGULAR: return inode->contents.size;
  case MODE_LINK: return inode->link.target ? strlen(inode->link.target) : 0;
  default: return 0;
  }
}

void inode_touch(struct inode *inode) {
  inode->modified = clock_now(true).seconds;
}

struct inode *inode_root(void) {
  static struct inode *root;
  if (root) return root;
  root = inode_create(MODE_DIRECTORY | 0755);
  if (!root) console_refuse("memory is too small for the root directory");
  root->links = 2;
  root->directory.parent = root;
  return root;
}

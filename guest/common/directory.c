/* Names in directories. */
#include "errors.h"
#include "files.h"
#include "heap.h"
#include "inodes.h"
#include "text.h"

static size_t entry_size(const char *name) {
  return sizeof(struct directory_entry) + strlen(name) + 1;
}

static bool is_named(const struct directory_entry *entry, const char *name, size_t length) {
  return strlen(entry->name) == length && memcmp(entry->name, name, length) == 0;
}

/* Where the entry hangs, or where the list ends. */
static struct directory_entry **find(const struct inode *directory, const char *name, size_t length) {
  struct directory_entry *const *at = &directory->directory.first;
  while (*at && !is_named(*at, name, length))
    at = &(*at)->next;
  return (struct directory_entry **)at;
}

struct inode *directory_find(const struct inode *directory, const char *name, size_t length) {
  const struct directory_entry *entry = *find(directory, name, length);
  return entry ? entry->inode : NULL;
}

static void adopt(struct inode *parent, struct inode *child) {
  struct inode *former = child->directory.parent;
  child->directory.parent = inode_hold(parent);
  child->links++; /* its own . */
  parent->links++;
  if (former) inode_release(former);
}

long directory_add(struct inode *directory, const char *name, struct inode *inode) {
  size_t length = strlen(name);
  struct directory_entry **at = find(directory, name, length), *entry;
  if (*at) return -ERROR_EXIST;
  entry = heap_take(entry_size(name));
  if (!entry) return -ERROR_NOSPC;
  entry->inode = inode;
  entry->cookie = ++directory->directory.last_cookie;
  memcpy(entry->name, name, length + 1);
  *at = entry;
  inode->links++;
  if (inode_type(inode) == MODE_DIRECTORY) adopt(directory, inode);
  inode_touch(directory);
  return 0;
}

void directory_remove(struct inode *directory, const char *name) {
  struct directory_entry **at = find(directory, name, strlen(name)), *entry = *at;
  struct inode *inode = entry->inode;
  *at = entry->next;
  heap_return(entry, entry_size(entry->name));
  inode_hold(inode);
  inode->links--;
  if (inode_type(inode) == MODE_DIRECTORY) {
    inode->links--;
    directory->links--;
  }
  inode_touch(directory);
  inode_release(inode);
}

const struct directory_entry *directory_after(const struct inode *directory, uint64_t cookie) {
  const struct directory_entry *entry = directory->directory.first;
  while (entry && entry->cookie <= cookie)
    entry = entry->next;
  return entry;
}

const char *directory_name(const struct inode *directory) {
  const struct directory_entry *entry = directory->directory.parent->directory.first;
  while (entry && entry->inode != directory)
    entry = entry->next;
  return entry ? entry->name : NULL;
}

/* System calls that list directories. */
#include "calls.h"
#include "errors.h"
#include "files.h"
#include "inodes.h"
#include "task.h"
#include "text.h"
#include "user_memory.h"

/* One name as a program gets it. */
struct listed {
  const char *name;
  const struct inode *inode;
  uint64_t cookie;
};

/* Puts one at an address; its size, 0 when it does not fit, or -EFAULT. */
typedef long put_listed(const struct call *call, const struct listed *listed, uintptr_t address, size_t size);

static uint8_t kind_of(const struct inode *inode) {
  return (uint8_t)(inode_type(inode) >> 12); /* DT_ */
}

static size_t padded(size_t size, size_t to) {
  return (size + to - 1) / to * to;
}

/* struct linux_dirent64: inode, offset, size, type, name. */
static long put_wide(const struct call *call, const struct listed *listed, uintptr_t address, size_t size) {
  struct __attribute__((packed)) {
    uint64_t inode, cookie;
    uint16_t size;
    uint8_t kind;
    char name[NAME_SIZE + 7];
  } entry;
  const size_t head = sizeof entry - sizeof entry.name, length = strlen(listed->name) + 1;
  const size_t whole = padded(head + length, 8);
  (void)call;
  if (whole > size) return 0;
  memset(&entry, 0, sizeof entry);
  entry.inode = listed->inode->number;
  entry.cookie = listed->cookie;
  entry.size = (uint16_t)whole;
  entry.kind = kind_of(listed->inode);
  memcpy(entry.name, listed->name, length);
  return copy_to_user(address, &entry, whole) ? (long)whole : -ERROR_FAULT;
}

/* struct linux_dirent: inode and offset in words of the caller's, size, name, and the type in the last byte.
 */
static long put_old(const struct call *call, const struct listed *listed, uintptr_t address, size_t size) {
  char rest[NAME_SIZE + 16];
  const size_t word = call->word_size, length = strlen(listed->name) + 1;
  const size_t whole = padded(2 * word + sizeof(uint16_t) + length + 1, word), tail = whole - 2 * word;
  const uint16_t whole_size = (uint16_t)whole;
  if (whole > size) return 0;
  memset(rest, 0, sizeof rest);
  memcpy(rest, &whole_size, sizeof whole_size);
  memcpy(rest + sizeof whole_size, listed->name, length);
  rest[tail - 1] = (char)kind_of(listed->inode);
  if (!call_put_word(call, address, listed->inode->number) ||
      !call_put_word(call, address + word, listed->cookie) || !copy_to_user(address + 2 * word, rest, tail))
    return -ERROR_FAULT;
  return (long)whole;
}

/* The next name behind a cookie; false behind the last. */
static bool next(const struct inode *directory, uint64_t cookie, struct listed *out) {
  const struct directory_entry *entry;
  if (cookie < COOKIE_SELF) {
    *out = (struct listed){ ".", directory, COOKIE_SELF };
    return true;
  }
  if (cookie < COOKIE_PARENT) {
    *out = (struct listed){ "..", directory->directory.parent, COOKIE_PARENT };
    return true;
  }
  entry = directory_after(directory, cookie);
  if (!entry) return false;
  *out = (struct listed){ entry->name, entry->inode, entry->cookie };
  return true;
}

static long list(struct call *call, put_listed *put) {
  struct file *file = files_get(call->task, call->argument[0]);
  size_t size = call->argument[2] < INT32_MAX ? call->argument[2] : INT32_MAX, done = 0;
  struct listed listed;
  if (!file) return -ERROR_BADF;
  if (inode_type(file->inode) != MODE_DIRECTORY) return -ERROR_NOTDIR;
  while (next(file->inode, file->position, &listed)) {
    long put_size = put(call, &listed, call->argument[1] + done, size - done);
    if (put_size < 0) return done > 0 ? (long)done : put_size;
    if (put_size == 0) return done > 0 ? (long)done : -ERROR_INVAL;
    file->position = listed.cookie;
    done += (size_t)put_size;
  }
  return (long)done;
}

long sys_getdents64(struct call *call) {
  return list(call, put_wide);
}

long sys_getdents(struct call *call) {
  return list(call, put_old);
}

/* Reading a cpio archive, which may be hostile: every size is checked before it is followed. */
#include "cpio.h"

#include <stdbool.h>
#include <stdint.h>

#include "heap.h"
#include "inodes.h"
#include "paths.h"
#include "text.h"

#define MAGIC "070701"
#define MAGIC_SIZE 6
#define FIELD_DIGITS 8
#define HEADER_SIZE (MAGIC_SIZE + FIELD_COUNT * FIELD_DIGITS)
#define TRAILER "TRAILER!!!"

/* The header's fields, in order; eight hexadecimal digits each. */
enum field {
  FIELD_INODE,
  FIELD_MODE,
  FIELD_OWNER,
  FIELD_GROUP,
  FIELD_LINKS,
  FIELD_MODIFIED,
  FIELD_SIZE,
  FIELD_DEVICE_MAJOR,
  FIELD_DEVICE_MINOR,
  FIELD_RDEV_MAJOR,
  FIELD_RDEV_MINOR,
  FIELD_NAME_SIZE,
  FIELD_CHECKSUM,
  FIELD_COUNT
};

struct entry {
  uint32_t field[FIELD_COUNT];
  const char *name, *bytes;
};

/* Files with several names so far, by their number in the archive. */
struct linked {
  struct linked *next;
  uint32_t number, major, minor;
  struct inode *inode;
};

static bool read_field(const char *digits, uint32_t *out) {
  *out = 0;
  for (unsigned i = 0; i < FIELD_DIGITS; i++) {
    int digit = text_hex_digit(digits[i]);
    if (digit < 0) return false;
    *out = *out << 4 | (uint32_t)digit;
  }
  return true;
}

static uint64_t padded(uint64_t at) {
  return (at + 3) & ~(uint64_t)3;
}

/* Reads the entry at *at and moves it on to the next. */
static const char *read_entry(const char *archive, size_t size, size_t *at, struct entry *out) {
  const char *header = archive + *at;
  uint64_t name_at = (uint64_t)*at + HEADER_SIZE, bytes_at, end;
  if (size - *at < HEADER_SIZE) return "the archive ends within a header, or without its trailer";
  if (memcmp(header, MAGIC, MAGIC_SIZE) != 0) return "no header of the format 070701 (cpio -H newc)";
  for (unsigned i = 0; i < FIELD_COUNT; i++)
    if (!read_field(header + MAGIC_SIZE + i * FIELD_DIGITS, &out->field[i]))
      return "a header without numbers";
  bytes_at = padded(name_at + out->field[FIELD_NAME_SIZE]);
  end = bytes_at + out->field[FIELD_SIZE];
  if (out->field[FIELD_NAME_SIZE] == 0 || bytes_at > size || end > size)
    return "the archive ends within a file";
  out->name = archive + name_at;
  out->bytes = archive + bytes_at;
  if (out->name[out->field[FIELD_NAME_SIZE] - 1] != 0) return "a name without an end";
  *at = padded(end) < size ? (size_t)padded(end) : size;
  return NULL;
}

/* "./a/b", "a/b" and "/a/b" are all /a/b; NULL for what would be no path, or too long a one. */
static const char *rooted(const char *name, char out[PATH_SIZE]) {
  size_t length;
  while (*name == '/' || (name[0] == '.' && (name[1] == '/' || name[1] == 0)))
    name++;
  length = strlen(name);
  if (length + 2 > PATH_SIZE) return NULL;
  out[0] = '/';
  memcpy(out + 1, name, length + 1);
  return out;
}

static const char *set_target(struct inode *inode, const struct entry *entry) {
  size_t size = entry->field[FIELD_SIZE];
  if (size == 0 || size >= PATH_SIZE) return "a symbolic link to nothing, or to too long a path";
  if (inode->link.target) return "two entries of one name";
  inode->link.target = heap_take(size + 1);
  if (!inode->link.target) return "memory is too small for it";
  memcpy(inode->link.target, entry->bytes, size);
  return NULL;
}

static struct linked *find_linked(struct linked *list, const struct entry *entry) {
  while (list &&
         (list->number != entry->field[FIELD_INODE] || list->major != entry->field[FIELD_DEVICE_MAJOR] ||
          list->minor != entry->field[FIELD_DEVICE_MINOR]))
    list = list->next;
  return list;
}

static bool remember(struct linked **list, const struct entry *entry, struct inode *inode) {
  struct linked *linked = heap_take(sizeof *linked);
  if (!linked) return false;
  *linked = (struct linked){ *list, entry->field[FIELD_INODE], entry->field[FIELD_DEVICE_MAJOR],
                             entry->field[FIELD_DEVICE_MINOR], inode };
  *list = linked;
  return true;
}

static void forget(struct linked *list) {
  while (list) {
    struct linked *next = list->next;
    heap_return(list, sizeof *list);
    list = next;
  }
}

static void set_bytes(struct inode *inode, const struct entry *entry) {
  if (entry->field[FIELD_SIZE] == 0) return; /* of a file with several names, one entry alone has the bytes */
  (void)contents_resize(&inode->contents, 0);
  inode->contents.borrowed = entry->bytes;
  inode->contents.size = entry->field[FIELD_SIZE];
}

/* One more name of a file that is there. */
static const char *add_name(const char *path, struct inode *inode) {
  struct path to;
  if (path_walk(NULL, inode_root(), path, false, &to) != 0 || to.inode || !to.directory ||
      directory_add(to.directory, to.name, inode) != 0)
    return "a name that cannot be made";
  return NULL;
}

static const char *make(struct linked **list, const char *path, const struct entry *entry) {
  unsigned mode = entry->field[FIELD_MODE] & (MODE_TYPE | MODE_PERMISSIONS), type = mode & MODE_TYPE;
  bool several = type == MODE_REGULAR && entry->field[FIELD_LINKS] > 1;
  struct linked *linked = several ? find_linked(*list, entry) : NULL;
  struct inode *inode;
  const char *wrong = NULL;
  if (linked) {
    set_bytes(linked->inode, entry);
    return add_name(path, linked->inode);
  }
  inode = path[1] == 0 ? inode_root() : path_make(path, mode);
  if (!inode || inode_type(inode) != type) return "a name that cannot be made";
  if (type == MODE_LINK) wrong = set_target(inode, entry);
  if (type == MODE_REGULAR) set_bytes(inode, entry);
  if (several && !remember(list, entry, inode)) wrong = "memory is too small for it";
  inode->mode = mode;
  inode->owner = entry->field[FIELD_OWNER];
  inode->group = entry->field[FIELD_GROUP];
  inode->modified = entry->field[FIELD_MODIFIED];
  return wrong;
}

static const char *unpack_entry(struct linked **list, const struct entry *entry) {
  char path[PATH_SIZE];
  switch (entry->field[FIELD_MODE] & MODE_TYPE) {
  case MODE_REGULAR:
  case MODE_DIRECTORY:
  case MODE_LINK: break;
  default: return NULL; /* devices are the kernel's own */
  }
  if (!rooted(entry->name, path)) return "a name that is too long";
  return make(list, path, entry);
}

const char *cpio_unpack(const void *archive, size_t size, size_t *at) {
  struct linked *list = NULL;
  const char *wrong = NULL;
  size_t next = *at = 0;
  while (!wrong) {
    struct entry entry;
    *at = next;
    wrong = read_entry(archive, size, &next, &entry);
    if (!wrong && text_equals(entry.name, TRAILER)) break;
    if (!wrong) wrong = unpack_entry(&list, &entry);
  }
  forget(list);
  return wrong;
}

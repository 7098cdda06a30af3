/* The bytes of a file in memory: a piece of memory as it is until the first write, then pages as they are
 * needed. */
#ifndef GUEST_CONTENTS_H
#define GUEST_CONTENTS_H

#include <stddef.h>
#include <stdint.h>

/* The largest size: two levels of tables, each a page of pointers. */
#define CONTENTS_POINTERS (4096 / sizeof(void *))
#define CONTENTS_LIMIT ((uint64_t)CONTENTS_POINTERS * CONTENTS_POINTERS * 4096)

/* All zeros is an empty file. Pages that were never written read as zeros. */
struct contents {
  const char *borrowed; /* all `size` bytes, somebody else's; or NULL */
  char ***tables;
  uint64_t size;
};

/* How many bytes there were from `at`, up to the end. */
size_t contents_read(const struct contents *contents, uint64_t at, void *bytes, size_t size);

/* Writes and, behind the end, grows: how much, which is less where memory ends; -EFBIG or -ENOSPC when
 * nothing could be written. */
long contents_write(struct contents *contents, uint64_t at, const void *bytes, size_t size);

/* Cuts off, or grows by zeros; 0, -EFBIG or -ENOSPC. */
long contents_resize(struct contents *contents, uint64_t size);

#endif

/* Compares what a write left with what was found. */
#include "explain/left.h"

enum { WORD = 8, PAGE_OFFSET = 0xfff };

/* Accessed and dirty, [SDM3 "Accessed and Dirty Flags"]; accessed and busy, [SDM3 "Segment Descriptors"]. */
uint64_t culprit_marks(const struct culprit *culprit) {
  switch (culprit->read.id) {
  case RS_ITEM_PAGE_ENTRY: return 0x60;
  case RS_ITEM_GDT_DESCRIPTOR:
  case RS_ITEM_LDT_DESCRIPTOR: return UINT64_C(3) << 40;
  default: return 0;
  }
}

static uint64_t bytes_of(uint64_t word, unsigned first, unsigned size) {
  word >>= 8 * first;
  return size < WORD ? word & ((UINT64_C(1) << 8 * size) - 1) : word;
}

bool write_left_it(const struct culprit *culprit, const struct rs_memory_change *write,
                   const struct extent *extent) {
  unsigned word = extent->first / WORD, first = extent->first % WORD;
  uint64_t into = extent->linear - write->linear;
  bool whole = first + extent->size <= WORD && into + extent->size <= WORD;
  if (!culprit->valued || !whole) return true;
  uint64_t differ = bytes_of(write->new, (unsigned)into, extent->size) ^
                    bytes_of(culprit->read.read.value.word[word], first, extent->size);
  return !(differ & ~bytes_of(word ? 0 : culprit_marks(culprit), first, extent->size));
}

bool write_was_to_entry(const struct culprit *culprit, const struct rs_memory_change *write,
                        struct extent *extent) {
  const struct rs_step *entry = &culprit->read;
  uint64_t own = culprit_marks(culprit), found = entry->read.value.word[0] & ~own;
  if (entry->id != RS_ITEM_PAGE_ENTRY || !culprit->valued || found == 0) return false;
  if (write->size != entry->size || (write->linear ^ entry->read.physical) & PAGE_OFFSET) return false;
  *extent = (struct extent){ .first = 0, .size = entry->size, .linear = write->linear };
  return (write->new & ~own) == found && (write->old & ~own) != found;
}

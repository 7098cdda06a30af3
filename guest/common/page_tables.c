/* Walking and growing a program's page tables; what is the same for every number of levels. */
#include "bits.h"
#include "frames.h"
#include "paging.h"

#define INDEX_COUNT ((uintptr_t)1 << PAGING_INDEX_BITS)

static unsigned level_shift(unsigned level) {
  return 12 + PAGING_INDEX_BITS * level;
}

static uintptr_t *entry_at(uintptr_t table, uintptr_t address, unsigned level) {
  uintptr_t *entries = paging_direct(table);
  return &entries[address >> level_shift(level) & (INDEX_COUNT - 1)];
}

/* The rights of a page are its last entry's; the tables above allow everything. */
static bool add_table(uintptr_t *entry) {
  uintptr_t table = frames_take_low();
  if (table == 0) return false;
  paging_clear_frame(table);
  *entry = table | PAGE_PRESENT | PAGE_WRITE | PAGE_USER;
  return true;
}

uintptr_t *paging_entry(uintptr_t root, uintptr_t address, bool create) {
  uintptr_t table = root;
  for (unsigned level = PAGING_LEVELS - 1; level > 0; level--) {
    uintptr_t *entry = entry_at(table, address, level);
    if (!(*entry & PAGE_PRESENT) && !(create && add_table(entry))) return NULL;
    table = *entry & PAGING_FRAME;
  }
  return entry_at(table, address, 0);
}

uintptr_t paging_missing_size(uintptr_t root, uintptr_t address) {
  uintptr_t table = root;
  unsigned level = PAGING_LEVELS - 1;
  for (; level > 0; level--) {
    uintptr_t *entry = entry_at(table, address, level);
    if (!(*entry & PAGE_PRESENT)) break;
    table = *entry & PAGING_FRAME;
  }
  return (uintptr_t)1 << level_shift(level);
}

uintptr_t *paging_next_entry(uintptr_t root, uintptr_t *at, uintptr_t end) {
  while (*at < end) {
    uintptr_t *entry = paging_entry(root, *at, false);
    uintptr_t size;
    if (entry) return entry;
    size = paging_missing_size(root, *at);
    *at = (*at & ~(size - 1)) + size;
  }
  return NULL;
}

/* The tables that the first `count` entries of a table name, and all below them. */
static void free_tables(uintptr_t table, unsigned level, size_t count) {
  const uintptr_t *entries = paging_direct(table);
  for (size_t i = 0; level > 0 && i < count; i++) {
    uintptr_t below = entries[i] & PAGING_FRAME;
    if (!(entries[i] & PAGE_PRESENT)) continue;
    free_tables(below, level - 1, INDEX_COUNT);
    frames_return(below);
  }
}

void paging_free_root(uintptr_t root) {
  free_tables(root, PAGING_LEVELS - 1, PAGING_USER_ROOT_ENTRIES);
  frames_return(root);
}

uintptr_t paging_create_root(void) {
  uintptr_t root = frames_take_low();
  uintptr_t *entries, *kernel;
  if (root == 0) return 0;
  paging_clear_frame(root);
  entries = paging_direct(root);
  kernel = paging_direct(paging_kernel_root());
  for (size_t i = PAGING_USER_ROOT_ENTRIES; i < INDEX_COUNT; i++)
    entries[i] = kernel[i];
  return root;
}

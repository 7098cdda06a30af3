/* Guest RAM as the engine sees it: where it is, and which pages hold translated code. */
#include "engine/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
  PURGES_TO_MIX = 16,  /* a purge costs some 5 us, a mixed page some 10 ns per instruction */
  SUCCESSION = 100000, /* instructions within which the next purge counts */
};

static bool overlaps(const struct memory *memory, uint64_t physical, uint64_t size) {
  for (unsigned i = 0; i < memory->count; i++) {
    const struct region *r = &memory->region[i];
    if (physical < r->physical + r->size && r->physical < physical + size) return true;
  }
  return false;
}

bool memory_add(struct memory *memory, uint64_t physical, size_t size, void *host) {
  if (memory->count == MEMORY_REGIONS || !host || size == 0 || (physical | size) & MEMORY_PAGE_MASK ||
      physical + size < physical || overlaps(memory, physical, size))
    return false;
  struct page *page = calloc(size / MEMORY_PAGE, sizeof *page);
  if (!page) return false;
  unsigned at = memory->count++;
  for (; at > 0 && memory->region[at - 1].physical > physical; at--)
    memory->region[at] = memory->region[at - 1];
  memory->region[at] = (struct region){ physical, size, host, page };
  return true;
}

void memory_free(struct memory *memory) {
  for (unsigned i = 0; i < memory->count; i++)
    free(memory->region[i].page);
  memory->count = 0;
}

static const struct region *region_of(const struct memory *memory, uint64_t physical) {
  for (unsigned i = 0; i < memory->count; i++) {
    if (physical - memory->region[i].physical < memory->region[i].size) return &memory->region[i];
  }
  return NULL;
}

struct page *memory_page(struct memory *memory, uint64_t physical) {
  const struct region *r = region_of(memory, physical);
  return r ? &r->page[(physical - r->physical) / MEMORY_PAGE] : NULL;
}

uint8_t *memory_host(const struct memory *memory, uint64_t physical) {
  const struct region *r = region_of(memory, physical);
  return r ? r->host + (physical - r->physical) : NULL;
}

bool memory_note_purge(struct page *page, uint64_t now) {
  page->purges = now - page->purged_at < SUCCESSION ? page->purges + 1 : 1;
  page->purged_at = now;
  return page->purges >= PURGES_TO_MIX;
}

void memory_forget_code(struct memory *memory) {
  for (unsigned i = 0; i < memory->count; i++) {
    struct region *r = &memory->region[i];
    for (uint64_t p = 0; p < r->size / MEMORY_PAGE; p++) {
      if (r->page[p].state & PAGE_CODE) {
        r->page[p].version++;
        r->page[p].state = 0;
        r->page[p].purges = 0;
      }
    }
  }
}

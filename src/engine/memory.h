/* Guest RAM as the engine sees it: where it is, and which pages hold translated code (W^X per physical page).
 */
#ifndef ENGINE_MEMORY_H
#define ENGINE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MEMORY_PAGE = 4096, MEMORY_REGIONS = 16 };

#define MEMORY_PAGE_MASK UINT64_C(0xfff)
#define MEMORY_NO_PAGE UINT64_MAX

/* A page is writable or holds code, never both, unless it writes into itself: then it is mixed, and its code
 * is compared with memory before each instruction. */
enum page_state {
  PAGE_CODE = 1,     /* translated code may exist; no translation grants writing */
  PAGE_MIXED = 2,    /* with PAGE_CODE: writing is granted, the code checks itself */
  PAGE_WRITABLE = 4, /* a translation that grants writing may be in the TLB */
};

struct page {
  uint32_t version; /* counts the purges: what was read under an older version is stale */
  uint8_t state;    /* set of enum page_state */
  uint8_t purges;   /* in quick succession, see memory_note_purge */
  uint64_t purged_at;
};

struct region {
  uint64_t physical, size;
  uint8_t *host;
  struct page *page;
};

struct memory {
  struct region region[MEMORY_REGIONS]; /* in ascending order */
  unsigned count;
};

/* False when the range is empty, not of whole pages, overlaps another, or does not fit. The region is owned
 * here, its host memory is not. */
bool memory_add(struct memory *memory, uint64_t physical, size_t size, void *host);
void memory_free(struct memory *memory);

/* NULL where there is no RAM. */
struct page *memory_page(struct memory *memory, uint64_t physical);
uint8_t *memory_host(const struct memory *memory, uint64_t physical);

/* Counts a purge at instruction count `now`; true when the page changes between code and data so often that
 * it is better mixed. */
bool memory_note_purge(struct page *page, uint64_t now);

/* No translated code exists any more. */
void memory_forget_code(struct memory *memory);

#endif

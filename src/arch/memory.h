/* Guest-physical memory as the transitions see it: read only, page by page, without side effects. */
#ifndef ARCH_MEMORY_H
#define ARCH_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { GUEST_PAGE_SIZE = 4096 };

struct walk_memo;

struct guest_memory {
  void *context;
  /* The 4096 host bytes behind the page-aligned guest-physical address, or NULL where there is no RAM or ROM.
   * Such memory reads as all ones, and writes to it are dropped. The pointer is valid until the next call
   * that changes the machine. NULL when there is nothing but `ram`. */
  const uint8_t *(*page)(void *context, uint64_t physical_page);
  /* What begins at physical address 0, in whole pages, is found without a call. */
  const uint8_t *ram;
  uint64_t ram_size;
  struct walk_memo *memo; /* the walks of former transitions, see walk.h; NULL where nobody keeps them */
};

static inline const uint8_t *guest_memory_page(const struct guest_memory *memory, uint64_t physical_page) {
  if (physical_page < memory->ram_size) return memory->ram + physical_page;
  return memory->page ? memory->page(memory->context, physical_page) : NULL;
}

/* 4 or 8 bytes, little-endian as hosts are, too. */
static inline uint64_t host_load(const uint8_t *bytes, unsigned size) {
  uint64_t value;
  uint32_t half;
  if (size == 8) {
    memcpy(&value, bytes, 8);
    return value;
  }
  memcpy(&half, bytes, 4);
  return half;
}

/* An entry of `size` bytes, 4 or 8, that lies within a page; all ones where there is no memory. */
static inline uint64_t guest_memory_entry(const struct guest_memory *memory, uint64_t physical,
                                          unsigned size) {
  const uint8_t *page = guest_memory_page(memory, physical & ~(uint64_t)(GUEST_PAGE_SIZE - 1));
  return page ? host_load(page + physical % GUEST_PAGE_SIZE, size) : UINT64_MAX >> (64 - 8 * size);
}

#endif

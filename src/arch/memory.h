/* Guest-physical memory as the transitions see it: read only, page by page, without side effects. */
#ifndef ARCH_MEMORY_H
#define ARCH_MEMORY_H

#include <stddef.h>
#include <stdint.h>

enum { GUEST_PAGE_SIZE = 4096 };

struct guest_memory {
  void *context;
  /* The 4096 host bytes behind the page-aligned guest-physical address, or NULL where there is no RAM or ROM.
   * Such memory reads as all ones, and writes to it are dropped. The pointer is valid until the next call
   * that changes the machine. */
  const uint8_t *(*page)(void *context, uint64_t physical_page);
};

#endif

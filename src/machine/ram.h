/* Guest RAM: one range of host memory from physical 0, written by the loaders through a bounds check. */
#ifndef MACHINE_RAM_H
#define MACHINE_RAM_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/memory.h"
#include "ringside/status.h"

#define MIB (UINT64_C(1) << 20)

static inline uint64_t page_align(uint64_t address) {
  return (address + GUEST_PAGE_SIZE - 1) & ~(uint64_t)(GUEST_PAGE_SIZE - 1);
}

struct ram {
  uint8_t *bytes; /* page-aligned, zero at first */
  uint64_t size;
};

enum rs_status ram_open(struct ram *ram, uint64_t size, struct rs_error *error);
void ram_close(struct ram *ram);

/* True when all `size` bytes from `physical` are RAM. */
bool ram_holds(const struct ram *ram, uint64_t physical, uint64_t size);

/* The loaders' writes. The caller has made sure that the range is RAM. */
void ram_write(struct ram *ram, uint64_t physical, const void *bytes, uint64_t size);
void ram_write32(struct ram *ram, uint64_t physical, uint32_t value);
void ram_write64(struct ram *ram, uint64_t physical, uint64_t value);

#endif

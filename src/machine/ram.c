/* Guest RAM: one range of host memory from physical 0, written by the loaders through a bounds check. */
#include "machine/ram.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

#include "ringside/machine.h"

enum rs_status ram_open(struct ram *ram, uint64_t size, struct rs_error *error) {
  if (size < RS_MEMORY_MIN || size > RS_MEMORY_MAX || size % MIB) {
    return rs_fail(error, RS_BAD_ARGUMENT,
                   "a memory of %llu bytes is not a whole number of MiB from %llu to %llu",
                   (unsigned long long)size, (unsigned long long)(RS_MEMORY_MIN / MIB),
                   (unsigned long long)(RS_MEMORY_MAX / MIB));
  }
  void *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (bytes == MAP_FAILED) {
    return rs_fail(error, RS_OUT_OF_MEMORY, "the host has no %llu MiB for the guest's memory",
                   (unsigned long long)(size / MIB));
  }
  *ram = (struct ram){ .bytes = bytes, .size = size };
  return RS_OK;
}

void ram_close(struct ram *ram) {
  if (ram->bytes) munmap(ram->bytes, ram->size);
  *ram = (struct ram){ 0 };
}

bool ram_holds(const struct ram *ram, uint64_t physical, uint64_t size) {
  return size <= ram->size && physical <= ram->size - size;
}

void ram_write(struct ram *ram, uint64_t physical, const void *bytes, uint64_t size) {
  assert(ram_holds(ram, physical, size));
  if (size) memcpy(ram->bytes + physical, bytes, size);
}

void ram_write32(struct ram *ram, uint64_t physical, uint32_t value) {
  uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                       (uint8_t)(value >> 24) };
  ram_write(ram, physical, bytes, sizeof bytes);
}

void ram_write64(struct ram *ram, uint64_t physical, uint64_t value) {
  ram_write32(ram, physical, (uint32_t)value);
  ram_write32(ram, physical + 4, (uint32_t)(value >> 32));
}

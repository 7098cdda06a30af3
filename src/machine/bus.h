/* The port bus and the memory-mapped bus: which device answers at which address, and how an access is split.
 */
#ifndef MACHINE_BUS_H
#define MACHINE_BUS_H

#include <stdbool.h>
#include <stdint.h>

/* A device's claim to ports first to last. Offsets given to it count from `first`. */
struct port_range {
  uint16_t first, last;
  uint8_t sizes; /* the access sizes it takes: a set of 1, 2 and 4 */
  void *device;
  /* NULL: reads as all ones, or drops what is written. */
  uint32_t (*in)(void *device, uint16_t offset, unsigned size);
  void (*out)(void *device, uint16_t offset, unsigned size, uint32_t value);
};

/* A device's claim to physical addresses first to last; it takes every size from 1 to 8. */
struct mmio_range {
  uint64_t first, last;
  void *device;
  uint64_t (*read)(void *device, uint64_t offset, unsigned size);
  void (*write)(void *device, uint64_t offset, unsigned size, uint64_t value);
};

enum { BUS_PORT_RANGES = 32, BUS_MMIO_RANGES = 8 };

struct bus {
  unsigned port_count, mmio_count;
  struct port_range port[BUS_PORT_RANGES];
  struct mmio_range mmio[BUS_MMIO_RANGES];
};

/* Which ranges there are is the program's choice, not the guest's: overlap and overflow are asserted. */
void bus_add_ports(struct bus *bus, const struct port_range *range);
void bus_add_mmio(struct bus *bus, const struct mmio_range *range);

/* An access of a size that the range does not take becomes two of half the size, low half first; ports wrap
 * round at 64 Ki. A byte that nobody answers reads as all ones. */
uint32_t bus_port_in(const struct bus *bus, uint16_t port, unsigned size);
void bus_port_out(const struct bus *bus, uint16_t port, unsigned size, uint32_t value);

/* An access that is not wholly within one range is answered by nobody. */
uint64_t bus_mmio_read(const struct bus *bus, uint64_t physical, unsigned size);
void bus_mmio_write(const struct bus *bus, uint64_t physical, unsigned size, uint64_t value);

#endif

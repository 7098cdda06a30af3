/* The port bus and the memory-mapped bus: which device answers at which address, and how an access is split.
 */
#include "machine/bus.h"

#include <assert.h>
#include <stddef.h>

static uint64_t ones(unsigned size) {
  return UINT64_MAX >> (64 - 8 * size);
}

static const struct port_range *port_range_at(const struct bus *bus, uint16_t port) {
  for (unsigned i = 0; i < bus->port_count; i++) {
    if (port >= bus->port[i].first && port <= bus->port[i].last) return &bus->port[i];
  }
  return NULL;
}

static const struct mmio_range *mmio_range_at(const struct bus *bus, uint64_t physical) {
  for (unsigned i = 0; i < bus->mmio_count; i++) {
    if (physical >= bus->mmio[i].first && physical <= bus->mmio[i].last) return &bus->mmio[i];
  }
  return NULL;
}

void bus_add_ports(struct bus *bus, const struct port_range *range) {
  assert(range->first <= range->last && range->sizes && !(range->sizes & ~7u));
  assert(bus->port_count < BUS_PORT_RANGES);
  for (unsigned i = 0; i < bus->port_count; i++)
    assert(range->last < bus->port[i].first || range->first > bus->port[i].last);
  bus->port[bus->port_count++] = *range;
}

void bus_add_mmio(struct bus *bus, const struct mmio_range *range) {
  assert(range->first <= range->last && bus->mmio_count < BUS_MMIO_RANGES);
  for (unsigned i = 0; i < bus->mmio_count; i++)
    assert(range->last < bus->mmio[i].first || range->first > bus->mmio[i].last);
  bus->mmio[bus->mmio_count++] = *range;
}

static bool port_range_takes(const struct port_range *range, uint16_t port, unsigned size) {
  return range && (range->sizes & size) && size - 1 <= (unsigned)(range->last - port);
}

uint32_t bus_port_in(const struct bus *bus, uint16_t port, unsigned size) {
  assert(size == 1 || size == 2 || size == 4);
  const struct port_range *range = port_range_at(bus, port);
  if (port_range_takes(range, port, size)) {
    return range->in ? range->in(range->device, (uint16_t)(port - range->first), size) : (uint32_t)ones(size);
  }
  if (size == 1) return (uint32_t)ones(1);
  unsigned half = size / 2;
  uint32_t low = bus_port_in(bus, port, half);
  return low | bus_port_in(bus, (uint16_t)(port + half), half) << (8 * half);
}

void bus_port_out(const struct bus *bus, uint16_t port, unsigned size, uint32_t value) {
  assert(size == 1 || size == 2 || size == 4);
  value &= (uint32_t)ones(size);
  const struct port_range *range = port_range_at(bus, port);
  if (port_range_takes(range, port, size)) {
    if (range->out) range->out(range->device, (uint16_t)(port - range->first), size, value);
  } else if (size > 1) {
    unsigned half = size / 2;
    bus_port_out(bus, port, half, value);
    bus_port_out(bus, (uint16_t)(port + half), half, value >> (8 * half));
  }
}

uint64_t bus_mmio_read(const struct bus *bus, uint64_t physical, unsigned size) {
  assert(size >= 1 && size <= 8);
  const struct mmio_range *range = mmio_range_at(bus, physical);
  if (!range || size - 1 > range->last - physical) return ones(size);
  return range->read(range->device, physical - range->first, size) & ones(size);
}

void bus_mmio_write(const struct bus *bus, uint64_t physical, unsigned size, uint64_t value) {
  assert(size >= 1 && size <= 8);
  const struct mmio_range *range = mmio_range_at(bus, physical);
  if (!range || size - 1 > range->last - physical) return;
  range->write(range->device, physical - range->first, size, value & ones(size));
}

/* An interrupt line: its driver does not know what it leads to. */
#ifndef MACHINE_WIRE_H
#define MACHINE_WIRE_H

#include <stdbool.h>
#include <stddef.h>

struct wire {
  void (*set)(void *device, unsigned pin, bool high); /* NULL: connected to nothing */
  void *device;
  unsigned pin;
};

static inline void wire_set(const struct wire *wire, bool high) {
  if (wire->set) wire->set(wire->device, wire->pin, high);
}

#endif

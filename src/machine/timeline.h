/* The present time, and whether what is to come has changed: shared by the devices that raise interrupts. */
#ifndef MACHINE_TIMELINE_H
#define MACHINE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#define TIMELINE_NEVER UINT64_MAX

struct timeline {
  uint64_t now; /* instructions executed, and those waited for in HLT */
  bool changed; /* which interrupts are pending, or when the next event comes */
};

#endif

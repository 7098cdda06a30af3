/* The 8254 interval timer of a PC: three counters, of which the first raises IRQ 0. */
#ifndef MACHINE_PIT_H
#define MACHINE_PIT_H

#include "machine/bus.h"
#include "machine/timeline.h"
#include "machine/wire.h"

/* Instructions to one tick of the counters: what their 1.193182 MHz are to a processor that executes an
 * instruction each nanosecond, which is what the time-stamp counter makes of it. */
enum { PIT_PORT = 0x40, PIT_COUNTERS = 3, PIT_INSTRUCTIONS = 838 };

/* A counter's times are in ticks: time / PIT_INSTRUCTIONS. */
struct pit_counter {
  uint8_t mode;   /* 0 to 5 */
  uint8_t access; /* 1: low byte, 2: high byte, 3: low, then high */
  bool bcd;
  bool loaded;         /* a count was written since the control word */
  bool high_byte_next; /* of a write with access 3 */
  bool read_high_next; /* of a read */
  uint8_t low_byte;    /* written, waiting for the high one */
  uint32_t count;      /* 1 to 65536, in force from `start` on */
  uint32_t before;     /* the count in force until then; 0: it stood still */
  uint64_t start;      /* when `count` was or will be loaded */
  bool value_latched, status_latched;
  uint16_t latched_value;
  uint8_t latched_status;
};

struct pit {
  struct timeline *timeline;
  struct pit_counter counter[PIT_COUNTERS];
  uint64_t told; /* the tick up to which counter 0's edges have reached `output` */
  struct wire output;
};

/* Puts the timer at its ports. No counter counts until it is programmed.
 *
 * The gates are high and never change, so modes 1 and 5, which wait for one that rises, count nothing. Mode 4
 * is as 0, but for its strobe. Counter 1 refreshes no memory and counter 2 drives no speaker: there is no
 * port 0x61. Of counter 0 the output's rising edges reach IRQ 0, and it stays high between them. */
void pit_attach(struct pit *pit, struct bus *bus, struct timeline *timeline, const struct wire *output);

/* Tells `output` of what has happened up to now. */
void pit_advance(struct pit *pit);

/* The time of the next edge; TIMELINE_NEVER when none comes. */
uint64_t pit_next_edge(const struct pit *pit);

#endif

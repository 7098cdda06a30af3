/* The 8254 interval timer of a PC: three counters, of which the first raises IRQ 0. */
#include "machine/pit.h"

/* The control word of the 8254 data sheet; counter 3 makes it the read-back command.
 *
 *   7..6 counter   5..4 access, 0: latch the value   3..1 mode   0 BCD
 *   1 1            5 -value  4 -status               3 2 1 counters
 */
enum {
  CONTROL_PORT = 3,
  CONTROL_BCD = 0x01,
  READ_BACK = 3,
  READ_BACK_NO_VALUE = 0x20,
  READ_BACK_NO_STATUS = 0x10,

  ACCESS_LATCH = 0,
  ACCESS_LOW = 1,
  ACCESS_HIGH = 2,
  ACCESS_BOTH = 3,

  STATUS_OUTPUT = 0x80,
  STATUS_NULL_COUNT = 0x40, /* what was written is not counted yet */
};

static bool is_periodic(const struct pit_counter *c) {
  return c->mode == 2 || c->mode == 3;
}

/* Modes 1 and 5 wait for a gate that never rises. */
static bool counts(const struct pit_counter *c) {
  return c->loaded && c->mode != 1 && c->mode != 5;
}

/* --- Time --- */

/* Where a periodic counter is: the count in force, and the ticks since it was loaded. */
struct position {
  uint32_t count, elapsed;
};

static struct position position_at(const struct pit_counter *c, uint64_t tick) {
  if (tick < c->start) return (struct position){ c->before, c->before - (uint32_t)(c->start - tick) };
  return (struct position){ c->count, (uint32_t)((tick - c->start) % c->count) };
}

static bool is_counting(const struct pit_counter *c, uint64_t tick) {
  return counts(c) && (tick >= c->start || c->before);
}

static bool output_at(const struct pit_counter *c, uint64_t tick) {
  if (!is_counting(c, tick)) return c->mode != 0;
  struct position at = position_at(c, tick);
  switch (c->mode) {
  case 0: return tick >= c->start + c->count;
  case 2: return at.elapsed != at.count - 1;
  case 3: return at.elapsed < (at.count + 1) / 2;
  default: return tick != c->start + c->count; /* mode 4 */
  }
}

/* Mode 3 counts by two, and twice in a period. */
static uint32_t value_of_square(struct position at) {
  uint32_t high = (at.count + 1) / 2, into = at.elapsed < high ? at.elapsed : at.elapsed - high;
  return (at.count & ~1u) - 2 * into;
}

static uint32_t value_at(const struct pit_counter *c, uint64_t tick) {
  if (!is_counting(c, tick)) return 0;
  struct position at = position_at(c, tick);
  if (c->mode == 3) return value_of_square(at);
  if (c->mode == 2) return at.count - at.elapsed;
  uint64_t turn = c->bcd ? 10000 : 65536; /* past zero it goes on from the top */
  return (uint32_t)((c->count + turn - (tick - c->start) % turn) % turn);
}

/* The first tick after `tick` at which the output rises. */
static uint64_t edge_after(const struct pit_counter *c, uint64_t tick) {
  if (!counts(c)) return TIMELINE_NEVER;
  if (is_periodic(c)) {
    if (tick < c->start) return c->before ? c->start : c->start + c->count;
    return c->start + ((tick - c->start) / c->count + 1) * c->count;
  }
  uint64_t edge = c->start + c->count + (c->mode == 4);
  return edge > tick ? edge : TIMELINE_NEVER;
}

static uint64_t tick_of(const struct pit *pit) {
  return pit->timeline->now / PIT_INSTRUCTIONS;
}

uint64_t pit_next_edge(const struct pit *pit) {
  uint64_t edge = edge_after(&pit->counter[0], pit->told);
  return edge == TIMELINE_NEVER ? edge : edge * PIT_INSTRUCTIONS;
}

void pit_advance(struct pit *pit) {
  if (pit->timeline->now < pit_next_edge(pit)) return;
  pit->told = tick_of(pit);
  wire_set(&pit->output, false);
  wire_set(&pit->output, true);
}

/* --- Registers --- */

static uint32_t from_bcd(uint16_t value) {
  return (value >> 12) * 1000u + (value >> 8 & 15) * 100u + (value >> 4 & 15) * 10u + (value & 15);
}

static uint16_t to_bcd(uint32_t value) {
  return (uint16_t)(value / 1000 % 10 << 12 | value / 100 % 10 << 8 | value / 10 % 10 << 4 | value % 10);
}

static uint16_t read_value(const struct pit_counter *c, uint64_t tick) {
  uint32_t value = value_at(c, tick);
  return c->bcd ? to_bcd(value) : (uint16_t)value;
}

static uint8_t read_status(const struct pit_counter *c, uint64_t tick) {
  bool waits = !c->loaded || tick < c->start;
  return (uint8_t)((output_at(c, tick) ? STATUS_OUTPUT : 0) | (waits ? STATUS_NULL_COUNT : 0) |
                   c->access << 4 | c->mode << 1 | c->bcd);
}

/* The first of several latches counts, until it is read. */
static void latch(struct pit_counter *c, uint64_t tick, bool value, bool status) {
  if (value && !c->value_latched) {
    c->value_latched = true;
    c->latched_value = read_value(c, tick);
  }
  if (status && !c->status_latched) {
    c->status_latched = true;
    c->latched_status = read_status(c, tick);
  }
}

/* A count is loaded with the tick that follows its writing; where a period is under way, when it ends. Zero
 * is the greatest. */
static void load(struct pit_counter *c, uint64_t tick, uint16_t written) {
  uint32_t value = c->bcd ? from_bcd(written) : written, most = c->bcd ? 10000 : 65536;
  bool under_way = is_periodic(c) && is_counting(c, tick);
  struct position at = position_at(c, tick);
  c->before = under_way ? at.count : 0;
  c->start = under_way ? tick + at.count - at.elapsed : tick + 1;
  c->count = value ? value : most;
  c->loaded = true;
}

static void write_count(struct pit_counter *c, uint64_t tick, uint8_t value) {
  if (c->access == ACCESS_LOW) {
    load(c, tick, value);
  } else if (c->access == ACCESS_HIGH) {
    load(c, tick, (uint16_t)(value << 8));
  } else if (!c->high_byte_next) {
    c->low_byte = value;
    c->high_byte_next = true;
    if (c->mode == 0) c->loaded = false; /* the first byte stops the counting */
  } else {
    c->high_byte_next = false;
    load(c, tick, (uint16_t)(value << 8 | c->low_byte));
  }
}

static void read_back(struct pit *pit, uint8_t command) {
  for (unsigned i = 0; i < PIT_COUNTERS; i++)
    if (command >> (i + 1) & 1)
      latch(&pit->counter[i], tick_of(pit), !(command & READ_BACK_NO_VALUE),
            !(command & READ_BACK_NO_STATUS));
}

static void write_control(struct pit *pit, uint8_t value) {
  unsigned number = value >> 6, access = value >> 4 & 3, mode = value >> 1 & 7;
  if (number == READ_BACK) {
    read_back(pit, value);
  } else if (access == ACCESS_LATCH) {
    latch(&pit->counter[number], tick_of(pit), true, false);
  } else {
    pit->counter[number] = (struct pit_counter){
      .mode = (uint8_t)(mode > 5 ? mode - 4 : mode), /* 6 and 7 are 2 and 3 */
      .access = (uint8_t)access,
      .bcd = value & CONTROL_BCD,
      .count = 1,
    };
  }
}

static uint8_t read_counter(struct pit_counter *c, uint64_t tick) {
  if (c->status_latched) {
    c->status_latched = false;
    return c->latched_status;
  }
  uint16_t value = c->value_latched ? c->latched_value : read_value(c, tick);
  bool high = c->access == ACCESS_HIGH || (c->access == ACCESS_BOTH && c->read_high_next);
  c->read_high_next = c->access == ACCESS_BOTH && !high;
  if (!c->read_high_next) c->value_latched = false;
  return (uint8_t)(high ? value >> 8 : value);
}

static uint32_t pit_in(void *device, uint16_t offset, unsigned size) {
  (void)size;
  struct pit *pit = device;
  return offset == CONTROL_PORT ? 0xff : read_counter(&pit->counter[offset], tick_of(pit));
}

/* What is written counts from now on: an edge of the past is no edge of a new count. */
static void pit_out(void *device, uint16_t offset, unsigned size, uint32_t value) {
  (void)size;
  struct pit *pit = device;
  if (offset == CONTROL_PORT)
    write_control(pit, (uint8_t)value);
  else
    write_count(&pit->counter[offset], tick_of(pit), (uint8_t)value);
  pit->told = tick_of(pit);
  pit->timeline->changed = true;
}

void pit_attach(struct pit *pit, struct bus *bus, struct timeline *timeline, const struct wire *output) {
  *pit = (struct pit){ .timeline = timeline, .output = *output };
  for (unsigned i = 0; i < PIT_COUNTERS; i++)
    pit->counter[i] = (struct pit_counter){ .access = ACCESS_BOTH, .count = 1 };
  bus_add_ports(bus, &(struct port_range){
                         .first = PIT_PORT,
                         .last = PIT_PORT + CONTROL_PORT,
                         .sizes = 1,
                         .device = pit,
                         .in = pit_in,
                         .out = pit_out,
                     });
}

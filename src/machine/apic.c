/* The local APIC of the one processor: priorities, self-interrupts, the local vector table, the timer. */
#include "machine/apic.h"

#include <string.h>

/* [SDM3 "Local Vector Table"], [SDM3 "Interrupt Command Register (ICR)"]
 *
 *   LVT   17 timer periodic   16 masked   15 level   14 remote IRR   13 active low   10..8 mode   7..0 vector
 *   ICR   19..18 shorthand    15 level    14 assert  12 pending   11 logical   10..8 mode   7..0 vector
 */
enum {
  VECTOR = 0xff,
  MODE = 0x700,
  MODE_FIXED = 0x000,
  MODE_LOWEST_PRIORITY = 0x100,
  MODE_NMI = 0x400,
  MODE_EXTERNAL = 0x700,

  LVT_REMOTE_IRR = 1 << 14,
  LVT_LEVEL = 1 << 15,
  LVT_MASKED = 1 << 16,
  LVT_PERIODIC = 1 << 17,

  ICR_LOGICAL = 1 << 11,
  ICR_SHORTHAND = 3 << 18,
  ICR_TO_SELF = 1 << 18,
  ICR_TO_ALL = 2 << 18,
  ICR_TO_OTHERS = 3 << 18,
  ICR_WRITABLE = 0xccfff & ~(1 << 12),

  SVR_ENABLED = 1 << 8,
  SVR_WRITABLE = 0x3ff, /* the vector, enable, focus checking */

  ERROR_SEND_VECTOR = 1 << 5,
  ERROR_RECEIVE_VECTOR = 1 << 6,
  ERROR_REGISTER = 1 << 7,

  FIRST_VECTOR = 16, /* those below are illegal */
  EVERY_PROCESSOR = 0xff,
  VERSION = (APIC_LVT_COUNT - 1) << 16 | 0x14,
};

static const uint32_t lvt_writable[APIC_LVT_COUNT] = {
  [APIC_TIMER] = LVT_PERIODIC | LVT_MASKED | VECTOR,
  [APIC_LINT0] = LVT_MASKED | LVT_LEVEL | 1 << 13 | MODE | VECTOR,
  [APIC_LINT1] = LVT_MASKED | LVT_LEVEL | 1 << 13 | MODE | VECTOR,
  [APIC_ERROR] = LVT_MASKED | VECTOR,
};

/* --- Vectors and priorities --- */

static bool has(const struct apic_vectors *set, uint8_t vector) {
  return set->word[vector / 32] >> vector % 32 & 1;
}

static void put(struct apic_vectors *set, uint8_t vector, bool present) {
  uint32_t bit = UINT32_C(1) << vector % 32;
  if (present)
    set->word[vector / 32] |= bit;
  else
    set->word[vector / 32] &= ~bit;
}

/* 0 when there is none: that vector is never in a set. */
static uint8_t highest(const struct apic_vectors *set) {
  for (unsigned word = 8; word-- > 0;)
    if (set->word[word]) return (uint8_t)(word * 32 + 31 - (unsigned)__builtin_clz(set->word[word]));
  return 0;
}

static uint8_t class_of(uint8_t priority) {
  return priority >> 4;
}

/* [SDM3 "Task and Processor Priorities"] */
static uint8_t processor_priority(const struct apic *apic) {
  uint8_t service = highest(&apic->isr);
  return class_of(apic->tpr) >= class_of(service) ? apic->tpr : service & 0xf0;
}

static bool software_enabled(const struct apic *apic) {
  return apic->svr & SVR_ENABLED;
}

bool apic_interrupt_pending(const struct apic *apic) {
  return apic->enabled && class_of(highest(&apic->irr)) > class_of(processor_priority(apic));
}

bool apic_external_pending(const struct apic *apic) {
  uint32_t lint0 = apic->lvt[APIC_LINT0];
  if (!apic->pin[0]) return false;
  return !apic->enabled || (!(lint0 & LVT_MASKED) && (lint0 & MODE) == MODE_EXTERNAL);
}

uint8_t apic_cr8(const struct apic *apic) {
  return apic->tpr >> 4;
}

void apic_set_cr8(struct apic *apic, uint8_t cr8) {
  apic->tpr = (uint8_t)(cr8 << 4);
  apic->timeline->changed = true;
}

/* --- Accepting --- */

static void accept(struct apic *apic, uint8_t vector, bool level, struct rs_interrupt_origin origin);

static void note_error(struct apic *apic, uint32_t error) {
  uint32_t lvt = apic->lvt[APIC_ERROR];
  bool known = apic->errors & error;
  apic->errors |= error;
  if (known || lvt & LVT_MASKED) return;
  accept(apic, lvt & VECTOR, false, (struct rs_interrupt_origin){ .kind = RS_ORIGIN_APIC_ERROR });
}

/* A fixed interrupt; a software-disabled APIC takes none. */
static void accept(struct apic *apic, uint8_t vector, bool level, struct rs_interrupt_origin origin) {
  if (vector < FIRST_VECTOR) {
    note_error(apic, ERROR_RECEIVE_VECTOR);
    return;
  }
  if (!software_enabled(apic)) return;
  put(&apic->irr, vector, true);
  put(&apic->tmr, vector, level);
  apic->origin[vector] = origin;
}

static void accept_nmi(struct apic *apic, struct rs_interrupt_origin origin) {
  apic->nmi = true;
  apic->nmi_origin = origin;
}

uint8_t apic_acknowledge(struct apic *apic, struct rs_interrupt_origin *origin) {
  uint8_t vector = highest(&apic->irr);
  put(&apic->irr, vector, false);
  put(&apic->isr, vector, true);
  *origin = apic->origin[vector];
  apic->timeline->changed = true;
  return vector;
}

struct rs_interrupt_origin apic_take_nmi(struct apic *apic) {
  apic->nmi = false;
  apic->timeline->changed = true;
  return apic->nmi_origin;
}

/* --- Pins --- */

/* A level is taken again when its interrupt has ended and it is still there. */
static void pin_take_level(struct apic *apic, unsigned pin) {
  uint32_t *lvt = &apic->lvt[APIC_LINT0 + pin];
  bool fixed_level = (*lvt & MODE) == MODE_FIXED && *lvt & LVT_LEVEL;
  if (!fixed_level || *lvt & (LVT_MASKED | LVT_REMOTE_IRR) || !apic->pin[pin]) return;
  *lvt |= LVT_REMOTE_IRR;
  accept(apic, *lvt & VECTOR, true, (struct rs_interrupt_origin){ RS_ORIGIN_APIC_PIN, (uint8_t)pin });
}

static void pin_take_edge(struct apic *apic, unsigned pin) {
  uint32_t lvt = apic->lvt[APIC_LINT0 + pin];
  const struct rs_interrupt_origin origin = { RS_ORIGIN_APIC_PIN, (uint8_t)pin };
  if (lvt & LVT_MASKED) return;
  if ((lvt & MODE) == MODE_NMI)
    accept_nmi(apic, origin);
  else if ((lvt & MODE) == MODE_FIXED && !(lvt & LVT_LEVEL))
    accept(apic, lvt & VECTOR, false, origin);
}

static void pin_set(void *device, unsigned pin, bool high) {
  struct apic *apic = device;
  bool rises = high && !apic->pin[pin];
  apic->pin[pin] = high;
  apic->timeline->changed = true;
  if (!rises || !apic->enabled) return;
  pin_take_edge(apic, pin);
  pin_take_level(apic, pin);
}

struct wire apic_pin(struct apic *apic, unsigned pin) {
  return (struct wire){ pin_set, apic, pin };
}

static void write_eoi(struct apic *apic) {
  uint8_t vector = highest(&apic->isr);
  put(&apic->isr, vector, false);
  for (unsigned pin = 0; pin < 2; pin++) {
    uint32_t *lvt = &apic->lvt[APIC_LINT0 + pin];
    if (!(*lvt & LVT_REMOTE_IRR) || (*lvt & VECTOR) != vector) continue;
    *lvt &= ~(uint32_t)LVT_REMOTE_IRR;
    pin_take_level(apic, pin);
  }
}

/* --- Interrupts to itself --- */

/* [SDM3 "Logical Destination Mode"]: in the flat model a set, in the cluster model four clusters of four. */
static bool is_logical_name(const struct apic *apic, uint8_t name) {
  uint8_t own = (uint8_t)(apic->ldr >> 24);
  if (apic->dfr >> 28 == 0xf) return own & name;
  return own >> 4 == name >> 4 && own & name & 0xf;
}

static bool is_destination(const struct apic *apic) {
  uint8_t name = (uint8_t)(apic->icr_high >> 24);
  switch (apic->icr_low & ICR_SHORTHAND) {
  case ICR_TO_SELF:
  case ICR_TO_ALL: return true;
  case ICR_TO_OTHERS: return false;
  default: break;
  }
  if (name == EVERY_PROCESSOR) return true;
  return apic->icr_low & ICR_LOGICAL ? is_logical_name(apic, name) : name == 0;
}

/* To itself by a shorthand only fixed interrupts can be sent [SDM3 "Interrupt Command Register (ICR)"], table
 * "Valid Combinations for the Pentium 4 Processor and Intel Xeon Processor's Local xAPIC ICR". */
static void send(struct apic *apic) {
  const struct rs_interrupt_origin origin = { .kind = RS_ORIGIN_IPI };
  uint32_t mode = apic->icr_low & MODE, shorthand = apic->icr_low & ICR_SHORTHAND;
  bool fixed = mode == MODE_FIXED || (mode == MODE_LOWEST_PRIORITY && shorthand == 0);
  if (fixed && (apic->icr_low & VECTOR) < FIRST_VECTOR) note_error(apic, ERROR_SEND_VECTOR);
  if (!is_destination(apic)) return;
  if (fixed)
    accept(apic, apic->icr_low & VECTOR, false, origin);
  else if (mode == MODE_NMI && shorthand == 0)
    accept_nmi(apic, origin);
}

/* --- The timer --- */

/* Instructions to one count, by bits 3, 1 and 0 of the divide configuration. */
static uint64_t divisor(const struct apic *apic) {
  uint32_t code = (apic->divide & 3) | (apic->divide >> 1 & 4);
  return code == 7 ? 1 : UINT64_C(2) << code;
}

uint64_t apic_next_fire(const struct apic *apic) {
  return apic->running ? apic->start + apic->initial_count * divisor(apic) : TIMELINE_NEVER;
}

bool apic_timer_matters(const struct apic *apic) {
  uint32_t lvt = apic->lvt[APIC_TIMER];
  if (lvt & LVT_MASKED) return false;
  bool legal = (lvt & VECTOR) >= FIRST_VECTOR;
  return legal ? !has(&apic->irr, lvt & VECTOR) : !(apic->errors & ERROR_RECEIVE_VECTOR);
}

void apic_advance(struct apic *apic) {
  uint64_t now = apic->timeline->now, period = apic->initial_count * divisor(apic);
  uint32_t lvt = apic->lvt[APIC_TIMER];
  if (now < apic_next_fire(apic)) return;
  if (lvt & LVT_PERIODIC)
    apic->start += (now - apic->start) / period * period;
  else
    apic->running = false;
  if (!(lvt & LVT_MASKED))
    accept(apic, lvt & VECTOR, false, (struct rs_interrupt_origin){ .kind = RS_ORIGIN_APIC_TIMER });
}

static uint32_t current_count(const struct apic *apic) {
  if (!apic->running) return 0;
  return apic->initial_count - (uint32_t)((apic->timeline->now - apic->start) / divisor(apic));
}

static void write_initial_count(struct apic *apic, uint32_t value) {
  apic->initial_count = value;
  apic->start = apic->timeline->now;
  apic->running = value != 0;
}

/* What is left of the count goes on at the new rate. */
static void write_divide(struct apic *apic, uint32_t value) {
  uint32_t counted = apic->initial_count - current_count(apic);
  apic->divide = value & 0xb;
  apic->start = apic->timeline->now - counted * divisor(apic);
}

/* --- Registers --- */

static void write_lvt(struct apic *apic, enum apic_lvt which, uint32_t value) {
  uint32_t *lvt = &apic->lvt[which];
  *lvt = (value & lvt_writable[which]) | (*lvt & LVT_REMOTE_IRR);
  if (!software_enabled(apic)) *lvt |= LVT_MASKED;
  if (which == APIC_LINT0 || which == APIC_LINT1) pin_take_level(apic, which - APIC_LINT0);
}

/* [SDM3 "Local APIC State After It Has Been Software Disabled"] */
static void write_svr(struct apic *apic, uint32_t value) {
  apic->svr = value & SVR_WRITABLE;
  for (unsigned i = 0; i < APIC_LVT_COUNT && !software_enabled(apic); i++)
    apic->lvt[i] |= LVT_MASKED;
}

/* The entry of the local vector table at `offset`; APIC_LVT_COUNT when there is none. */
static enum apic_lvt lvt_at(uint64_t offset) {
  switch (offset) {
  case APIC_LVT_TIMER: return APIC_TIMER;
  case APIC_LVT_LINT0: return APIC_LINT0;
  case APIC_LVT_LINT1: return APIC_LINT1;
  case APIC_LVT_ERROR: return APIC_ERROR;
  default: return APIC_LVT_COUNT;
  }
}

/* The 256-bit register at `offset`, a word to each sixteen bytes; NULL when it is none. */
static const struct apic_vectors *vectors_at(const struct apic *apic, uint64_t offset) {
  switch (offset & ~UINT64_C(0x7f)) {
  case APIC_ISR: return &apic->isr;
  case APIC_TMR: return &apic->tmr;
  case APIC_IRR: return &apic->irr;
  default: return NULL;
  }
}

static uint32_t read_register(struct apic *apic, uint64_t offset) {
  enum apic_lvt lvt = lvt_at(offset);
  const struct apic_vectors *vectors = vectors_at(apic, offset);
  if (lvt < APIC_LVT_COUNT) return apic->lvt[lvt];
  if (vectors) return vectors->word[offset >> 4 & 7];
  switch (offset) {
  case APIC_ID: return 0;
  case APIC_VERSION: return VERSION;
  case APIC_TPR: return apic->tpr;
  case APIC_PPR: return processor_priority(apic);
  case APIC_LDR: return apic->ldr;
  case APIC_DFR: return apic->dfr;
  case APIC_SVR: return apic->svr;
  case APIC_ESR: return apic->esr;
  case APIC_ICR_LOW: return apic->icr_low;
  case APIC_ICR_HIGH: return apic->icr_high;
  case APIC_INITIAL_COUNT: return apic->initial_count;
  case APIC_CURRENT_COUNT: return current_count(apic);
  case APIC_DIVIDE: return apic->divide;
  default: note_error(apic, ERROR_REGISTER); return 0;
  }
}

static void write_register(struct apic *apic, uint64_t offset, uint32_t value) {
  enum apic_lvt lvt = lvt_at(offset);
  if (lvt < APIC_LVT_COUNT) {
    write_lvt(apic, lvt, value);
    return;
  }
  if (vectors_at(apic, offset)) return; /* can only be read */
  switch (offset) {
  case APIC_ID:
  case APIC_VERSION:
  case APIC_PPR:
  case APIC_CURRENT_COUNT: break;
  case APIC_TPR: apic->tpr = (uint8_t)value; break;
  case APIC_EOI: write_eoi(apic); break;
  case APIC_LDR: apic->ldr = value & 0xff000000; break;
  case APIC_DFR: apic->dfr = value | 0x0fffffff; break;
  case APIC_SVR: write_svr(apic, value); break;
  case APIC_ESR:
    apic->esr = apic->errors;
    apic->errors = 0;
    break;
  case APIC_ICR_LOW:
    apic->icr_low = value & ICR_WRITABLE;
    send(apic);
    break;
  case APIC_ICR_HIGH: apic->icr_high = value & 0xff000000; break;
  case APIC_INITIAL_COUNT: write_initial_count(apic, value); break;
  case APIC_DIVIDE: write_divide(apic, value); break;
  default: note_error(apic, ERROR_REGISTER);
  }
}

/* Registers are 32 bits wide at multiples of 16 bytes; any other access is undefined [SDM3 "The Local APIC
 * Block Diagram"], and here without effect. */
static bool is_register(const struct apic *apic, uint64_t offset, unsigned size) {
  return apic->enabled && size == 4 && offset % 16 == 0;
}

static uint64_t apic_read(void *device, uint64_t offset, unsigned size) {
  struct apic *apic = device;
  if (!is_register(apic, offset, size)) return UINT64_MAX;
  apic->timeline->changed = true;
  return read_register(apic, offset);
}

static void apic_write(void *device, uint64_t offset, unsigned size, uint64_t value) {
  struct apic *apic = device;
  if (!is_register(apic, offset, size)) return;
  apic->timeline->changed = true;
  write_register(apic, offset, (uint32_t)value);
}

/* --- Beginning --- */

/* [SDM3 "Local APIC State After Power-Up or Reset"] */
static void reset(struct apic *apic) {
  struct timeline *timeline = apic->timeline;
  bool pin0 = apic->pin[0], pin1 = apic->pin[1];
  memset(apic, 0, sizeof *apic);
  apic->timeline = timeline;
  apic->pin[0] = pin0;
  apic->pin[1] = pin1;
  apic->dfr = UINT32_MAX;
  apic->svr = 0xff;
  for (unsigned i = 0; i < APIC_LVT_COUNT; i++)
    apic->lvt[i] = LVT_MASKED;
}

void apic_start_virtual_wire(struct apic *apic) {
  apic->svr |= SVR_ENABLED;
  apic->lvt[APIC_LINT0] = MODE_EXTERNAL;
  apic->lvt[APIC_LINT1] = MODE_NMI;
}

/* One that was disabled begins anew [SDM3 "Enabling or Disabling the Local APIC"]. */
void apic_set_enabled(struct apic *apic, bool enabled) {
  if (apic->enabled == enabled) return;
  reset(apic);
  apic->enabled = enabled;
  apic->timeline->changed = true;
}

void apic_attach(struct apic *apic, struct bus *bus, struct timeline *timeline) {
  *apic = (struct apic){ .timeline = timeline };
  reset(apic);
  apic->enabled = true;
  bus_add_mmio(bus, &(struct mmio_range){
                        .first = APIC_BASE,
                        .last = APIC_BASE + 0xfff,
                        .device = apic,
                        .read = apic_read,
                        .write = apic_write,
                    });
}

/* What the gate and segment oracles know of selectors and descriptors, field by field. */
#ifndef TESTS_ORACLE_DESCRIPTOR_ORACLE_H
#define TESTS_ORACLE_DESCRIPTOR_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

enum oracle_mode { ORACLE_PROTECTED, ORACLE_VIRTUAL_8086, ORACLE_COMPATIBILITY, ORACLE_64_BIT };

static inline bool oracle_is_long(enum oracle_mode mode) {
  return mode == ORACLE_COMPATIBILITY || mode == ORACLE_64_BIT;
}

/* The fields of a segment descriptor. `type` is 0 to 15 of a system segment, 16 to 31 of data or code:
 * [SDM3 "Code- and Data-Segment Types"] with S as the fifth bit. */
struct oracle_descriptor {
  uint8_t type, dpl;
  bool present, l, db;
  uint32_t limit; /* in bytes */
};

enum { ORACLE_EXPAND_DOWN = 20, ORACLE_CODE = 24, ORACLE_CONFORMING = 28 };

static inline bool oracle_is_code(const struct oracle_descriptor *d) {
  return d->type >= ORACLE_CODE;
}

static inline bool oracle_is_conforming(const struct oracle_descriptor *d) {
  return d->type >= ORACLE_CONFORMING;
}

/* Types 18, 19, 22, 23: data, read/write. */
static inline bool oracle_is_writable(const struct oracle_descriptor *d) {
  return d->type >= 16 && d->type < ORACLE_CODE && d->type % 4 >= 2;
}

/* All data, and code of the types 26, 27, 30, 31. */
static inline bool oracle_is_readable(const struct oracle_descriptor *d) {
  return d->type >= 16 && (d->type < ORACLE_CODE || d->type % 4 >= 2);
}

static inline bool oracle_is_expand_down(const struct oracle_descriptor *d) {
  return d->type >= ORACLE_EXPAND_DOWN && d->type < ORACLE_CODE;
}

static inline bool oracle_is_accessed(const struct oracle_descriptor *d) {
  return d->type % 2 == 1;
}

/* The tables that selectors are looked up in. */
struct oracle_tables {
  uint32_t gdt_limit, ldt_limit;
  bool ldt_usable;
};

static inline bool oracle_selector_is_null(uint16_t selector) {
  return selector < 4;
}

static inline unsigned oracle_rpl(uint16_t selector) {
  return selector % 4;
}

static inline bool oracle_selector_is_local(uint16_t selector) {
  return selector / 4 % 2;
}

/* Whether the tables reach as far as the selector's descriptor of `size` bytes. */
static inline bool oracle_tables_hold(const struct oracle_tables *tables, uint16_t selector, unsigned size) {
  unsigned needed = selector / 8 * 8 + size;
  if (oracle_selector_is_local(selector)) return tables->ldt_usable && needed <= tables->ldt_limit + 1;
  return needed <= tables->gdt_limit + 1;
}

static inline uint32_t oracle_selector_code(uint16_t selector) {
  return selector / 4 * 4;
}

/* How something ends: `vector` is 0 where nothing is refused. */
struct oracle_refusal {
  uint8_t vector;
  uint32_t error_code;
};

static inline struct oracle_refusal oracle_nothing_refused(void) {
  return (struct oracle_refusal){ 0, 0 };
}

static inline struct oracle_refusal oracle_refuse(uint8_t vector, uint16_t selector) {
  return (struct oracle_refusal){ vector, oracle_selector_code(selector) };
}

static inline bool oracle_is_canonical(uint64_t address) {
  return address < UINT64_C(0x800000000000) || address >= UINT64_C(0xffff800000000000);
}

#endif

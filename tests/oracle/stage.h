/* A guest of flat memory for enumerations: a processor in any mode, with tables that are cheap to change. */
#ifndef TESTS_ORACLE_STAGE_H
#define TESTS_ORACLE_STAGE_H

#include "arch/bits.h"
#include "arch/walk.h"
#include "oracle/descriptor_oracle.h"
#include "ringside/transition.h"

/* Physical addresses, which are linear ones as well: without paging, or through pages of 1 GiB. */
enum {
  STAGE_GDT = 0x3000,
  STAGE_LDT = 0x4000,
  STAGE_IDT = 0x5000,
  STAGE_TSS = 0x6000,
  STAGE_DATA = 0x7000,
  STAGE_CODE = 0x8000,
  STAGE_STACK = 0xa000, /* of the running code; its top */
  STAGE_INNER = 0xc000,
  STAGE_BYTES = 0x10000,
};

/* Selectors that the running code uses, by ring, and of the TSS and the LDT; others are free. */
#define STAGE_CS(ring) ((uint16_t)(0x80 + 8 * (ring) + (ring)))
#define STAGE_SS(ring) ((uint16_t)(0xa0 + 8 * (ring) + (ring)))
enum { STAGE_TSS_SELECTOR = 0xc0, STAGE_LDT_SELECTOR = 0xd0, STAGE_TABLE_LIMIT = 0xff };

struct stage {
  uint8_t ram[STAGE_BYTES];
  struct walk_memo memo;
  struct guest_memory memory; /* flat, with the walks of former transitions, as the vm has it */
  struct rs_cpu cpu;
  struct rs_transition out;
  uint64_t cases;
};

struct stage *stage_create(void); /* never NULL: asserts */

/* cmocka's set-up and tear-down of one stage; the tear-down says how many cases it has seen. */
int stage_setup(void **state);
int stage_teardown(void **state);
#define STAGE_CLAIM(claim) cmocka_unit_test_setup_teardown(claim, stage_setup, stage_teardown)

/* A processor in the mode and ring with flat segments, on a memory of zeros but for the tables it needs. */
void stage_enter(struct stage *s, enum oracle_mode mode, unsigned cpl, enum rs_cpu_model model);

/* Whether the mode has the ring. */
bool stage_has_ring(enum oracle_mode mode, unsigned cpl);

void stage_write(struct stage *s, uint64_t physical, unsigned size, uint64_t value);

/* The eight bytes of a descriptor with base 0, at the selector's place in GDT or LDT. */
void stage_describe(struct stage *s, uint16_t selector, const struct oracle_descriptor *d);

/* The tables' limits, and whether LDTR holds an LDT. */
void stage_tables(struct stage *s, const struct oracle_tables *tables);

/* The n-th of all descriptors: 32 types x DPL x P x L x D/B; its limit is 4 GiB. */
enum { STAGE_DESCRIPTORS = 32 * 4 * 2 * 2 * 2 };
struct oracle_descriptor stage_descriptor(unsigned n);

/* Whether the last transition made this check, and it passed. */
bool stage_passed(const struct stage *s, enum rs_check check);

/* How many bytes of memory the last transition wrote as `item`. */
unsigned stage_written(const struct stage *s, enum rs_item item);

#endif

/* INT n to every kind of handler: the code segment that the gate names, and the offset in it. */
#include "bits.h"
#include "groups.h"
#include "trial.h"

TRY(int);

static void tried_gate(unsigned selector, uintptr_t offset) {
  tables_set_gate(VECTOR_TRIED, ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_INTERRUPT_GATE, selector, offset, 0);
}

/* The descriptor's type, DPL and presence, and the selector's RPL. */
static void descriptors(void) {
  for (unsigned i = 0; i < 4 * 2 * 256; i++) {
    unsigned index = i, access = pick(&index, 256), rpl = pick(&index, 2) * 3, ring = pick(&index, 4);
    struct attempt attempt;
    if (!trial_open("int.target")) continue;
    output_add(" ring=%u rpl=%u access=%x", ring, rpl, access);
    attempt = trial_start(ring, try_int);
    *tables_slot(SELECTOR_A) = descriptor_flat(access);
    tried_gate(SELECTOR_A | rpl, STAGE_ARRIVE);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

/* L and D, with the DPL. */
static void code_sizes(void) {
  for (unsigned i = 0; i < 4 * 4 * 4; i++) {
    unsigned index = i, bits = pick(&index, 4) * 2, dpl = pick(&index, 4), ring = pick(&index, 4);
    struct attempt attempt;
    if (!trial_open("int.size")) continue;
    output_add(" ring=%u dpl=%u long=%u big=%u", ring, dpl, bits / 2 & 1, bits / 4);
    attempt = trial_start(ring, try_int);
    *tables_slot(SELECTOR_A) =
        descriptor(ACCESS_PRESENT | ACCESS_DPL(dpl) | TYPE_CODE, bits | DESCRIPTOR_PAGES, 0, LIMIT_ALL);
    tried_gate(SELECTOR_A, STAGE_ARRIVE);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

/* Null, out of the tables, in the LDT, and what is there that is no code. */
static void selectors(void) {
  static const uint16_t named[] = { 0,
                                    1,
                                    2,
                                    3,
                                    SELECTOR_BEYOND,
                                    SELECTOR_BEYOND | 3,
                                    0xfff8,
                                    SELECTOR_LDT_A,
                                    SELECTOR_LDT_A | 3,
                                    SELECTOR_LDT_BEYOND,
                                    0xffff,
                                    4,
                                    SELECTOR_TSS,
                                    SELECTOR_LDT,
                                    SELECTOR_DATA0 };
  for (unsigned i = 0; i < 4 * COUNT(named); i++) {
    unsigned index = i, selector = named[pick(&index, COUNT(named))], ring = pick(&index, 4);
    struct attempt attempt;
    if (!trial_open("int.selector")) continue;
    output_add(" ring=%u selector=%x", ring, selector);
    attempt = trial_start(ring, try_int);
    *tables_slot(SELECTOR_LDT_A) = descriptor_flat(ACCESS_PRESENT | TYPE_CODE);
    tried_gate(selector, STAGE_ARRIVE);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

/* The offset against the limit: the handler's first byte is the last that the segment has, or past it. */
static void offsets(void) {
  for (unsigned i = 0; i < 4 * 4 * 3; i++) {
    unsigned index = i, below = pick(&index, 3), dpl = pick(&index, 4), ring = pick(&index, 4);
    struct attempt attempt;
    if (!trial_open("int.offset")) continue;
    output_add(" ring=%u dpl=%u below=%u", ring, dpl, below);
    attempt = trial_start(ring, try_int);
    *tables_slot(SELECTOR_A) =
        descriptor(ACCESS_PRESENT | ACCESS_DPL(dpl) | TYPE_CODE, CODE_SIZE_BITS, 0, STAGE_ARRIVE + 1 - below);
    tried_gate(SELECTOR_A, STAGE_ARRIVE);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

void group_int_targets(void) {
  descriptors();
  code_sizes();
  selectors();
  offsets();
}

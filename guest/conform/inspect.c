/* LAR, LSL, VERR, VERW and ARPL: what they find of every descriptor. */
#include "bits.h"
#include "groups.h"
#include "trial.h"

TRY(lar);
TRY(lsl);
TRY(lar16);
TRY(lsl16);
TRY(verr);
TRY(verw);
TRY(arpl);

#define REFUSED 0x5a5a5a5a /* what CX keeps */

static const struct inspection {
  const char *name, *ip;
} inspections[] = {
  { "lar", try_lar },   { "lsl", try_lsl },     { "verr", try_verr },
  { "verw", try_verw }, { "lar16", try_lar16 }, { "lsl16", try_lsl16 },
};

static void make(const struct inspection *inspection, unsigned ring, unsigned selector) {
  struct attempt attempt = trial_start(ring, inspection->ip);
  attempt.reg[REG_AX] = selector;
  attempt.reg[REG_CX] = REFUSED;
  trial_run(&attempt, sizeof(uintptr_t));
}

static void descriptors(void) {
  for (unsigned i = 0; i < 4 * 256 * 2 * 2; i++) {
    unsigned index = i, access = pick(&index, 256), rpl = pick(&index, 2) * 3, ring = pick(&index, 2) * 3;
    const struct inspection *inspection = &inspections[pick(&index, 4)];
    if (!trial_open("inspect.descriptor")) continue;
    output_add(" %s ring=%u rpl=%u access=%x", inspection->name, ring, rpl, access);
    *tables_slot(SELECTOR_A) = descriptor(access, DESCRIPTOR_PAGES | 1 /* AVL */, 0x89abcdef, 0x12345);
    make(inspection, ring, SELECTOR_A | rpl);
  }
}

/* Limits in bytes and in pages, wide and narrow results, the middle rings. */
static void limits(void) {
  for (unsigned i = 0; i < COUNT(inspections) * 16 * 4 * 4; i++) {
    unsigned index = i, bits = pick(&index, 16), dpl = pick(&index, 4), ring = pick(&index, 4);
    const struct inspection *inspection = &inspections[pick(&index, COUNT(inspections))];
    if (!trial_open("inspect.limit")) continue;
    output_add(" %s ring=%u dpl=%u bits=%x", inspection->name, ring, dpl, bits);
    *tables_slot(SELECTOR_A) = descriptor(ACCESS_PRESENT | ACCESS_DPL(dpl) | TYPE_DATA, bits, 0, 0xabcde);
    make(inspection, ring, SELECTOR_A);
  }
}

static void selectors(void) {
  static const uint16_t named[] = {
    0,      3, SELECTOR_BEYOND, SELECTOR_LDT_A, SELECTOR_LDT_A | 3, SELECTOR_LDT_BEYOND,
    0xffff, 7, SELECTOR_TSS,    SELECTOR_LDT,   SELECTOR_BEYOND - 8
  };
  for (unsigned i = 0; i < COUNT(inspections) * COUNT(named) * 2; i++) {
    unsigned index = i, selector = named[pick(&index, COUNT(named))], ring = pick(&index, 2) * 3;
    const struct inspection *inspection = &inspections[pick(&index, COUNT(inspections))];
    if (!trial_open("inspect.selector")) continue;
    output_add(" %s ring=%u selector=%x", inspection->name, ring, selector);
    *tables_slot(SELECTOR_LDT_A) = descriptor_flat(ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_DATA);
    *tables_slot(SELECTOR_BEYOND - 8) = descriptor(ACCESS_PRESENT | TYPE_TSS, 0, 0, 0x67);
    make(inspection, ring, selector);
  }
}

/* The upper half of a 16-byte system descriptor has a type of its own, which has to be 0. */
static void upper_halves(void) {
  for (unsigned i = 0; i < 2 * 32; i++) {
    unsigned index = i, type = pick(&index, 32);
    const struct inspection *inspection = &inspections[pick(&index, 2)];
    if (!trial_open("inspect.upper")) continue;
    output_add(" %s upper-type=%x", inspection->name, type);
    tables_describe_system(SELECTOR_A, ACCESS_PRESENT | TYPE_TSS);
    tables_slot(SELECTOR_A)[1] = (uint64_t)type << 40;
    make(inspection, 0, SELECTOR_A);
  }
}

/* In 64-bit code the opcode is MOVSXD. */
static void adjustments(void) {
  for (unsigned i = 0; i < 4 * 4 * 4; i++) {
    unsigned index = i, rpl = pick(&index, 4), source = pick(&index, 4), ring = pick(&index, 4);
    struct attempt attempt = trial_start(ring, try_arpl);
    if (!trial_open("inspect.arpl")) continue;
    output_add(" ring=%u rpl=%u source=%u", ring, rpl, source);
    if (LONG_MODE) attempt.cs = tables_other_code(ring);
    attempt.reg[REG_AX] = 0x12345678 | rpl;
    attempt.reg[REG_CX] = 0x20 | source;
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

void group_inspect(void) {
  descriptors();
  limits();
  selectors();
  if (LONG_MODE) upper_halves();
  adjustments();
}

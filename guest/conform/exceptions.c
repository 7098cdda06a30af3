/* The instructions that raise a vector of their own, through gates that let them and gates that do not; and
 * what follows when a gate fails: the second exception, or the double fault. */
#include "bits.h"
#include "groups.h"
#include "trial.h"

TRY(int);
TRY(int3);
TRY(int1);
TRY(ud2);
TRY(into);
TRY(bound);
TRY(divide);
TRY(hlt);

struct raiser {
  const char *name, *ip;
  unsigned vector;
  bool legacy; /* not in 64-bit mode */
};

static const struct raiser raisers[] = {
  { "int3", try_int3, 3, false }, { "int1", try_int1, 1, false },          { "ud2", try_ud2, 6, false },
  { "into", try_into, 4, true },  { "bound", try_bound, 5, true },         { "divide", try_divide, 0, false },
  { "hlt", try_hlt, 13, false },  { "int", try_int, VECTOR_TRIED, false },
};

static struct attempt raiser_start(const struct raiser *raiser, unsigned ring) {
  static const uint32_t bounds[2] = { 1, 2 };
  struct attempt attempt = trial_start(ring, raiser->ip);
  attempt.flags |= 0x800; /* OF, for INTO */
  attempt.reg[REG_AX] = 3;
  attempt.reg[REG_BX] = (uintptr_t)bounds;
  return attempt;
}

/* HLT stops ring 0, and nothing would end it. */
static bool raises(const struct raiser *raiser, unsigned ring) {
  return !(LONG_MODE && raiser->legacy) && !(raiser->vector == 13 && ring == 0);
}

static void gates(void) {
  for (unsigned i = 0; i < COUNT(raisers) * 4 * 4 * 2 * GATE_TYPES; i++) {
    unsigned index = i, ring = pick(&index, 4), dpl = pick(&index, 4), present = pick(&index, 2);
    unsigned access = present << 7 | ACCESS_DPL(dpl) | gate_types[pick(&index, GATE_TYPES)];
    const struct raiser *raiser = &raisers[pick(&index, COUNT(raisers))];
    struct attempt attempt;
    if (!raises(raiser, ring) || !trial_open("exception.gate")) continue;
    output_add(" %s ring=%u access=%x", raiser->name, ring, access);
    attempt = raiser_start(raiser, ring);
    tables_set_gate(raiser->vector, access, SELECTOR_CODE0, STAGE_ARRIVE, LONG_MODE * 2);
    trial_run(&attempt, LONG_MODE || access & 8 ? sizeof(uintptr_t) : 2);
  }
}

struct fault {
  const char *name;
  unsigned access, selector;
};

static const struct fault faults[] = {
  { "absent", ACCESS_DPL(3) | TYPE_INTERRUPT_GATE, SELECTOR_CODE0 },
  { "type", ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_LDT, SELECTOR_CODE0 },
  { "null", ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_INTERRUPT_GATE, 0 },
  { "beyond", ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_INTERRUPT_GATE, SELECTOR_BEYOND },
  { "data", ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_INTERRUPT_GATE, SELECTOR_DATA0 },
  { "absent-code", ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_INTERRUPT_GATE, SELECTOR_A },
  { "ldt", ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_INTERRUPT_GATE, SELECTOR_LDT_A },
  { "dpl", ACCESS_PRESENT | TYPE_INTERRUPT_GATE, SELECTOR_CODE0 },
};

/* The first vector fails; `second` says whether the gate of the exception that follows fails too. */
static void nested(void) {
  static const uint8_t second[] = { 0, 11, 13 };
  for (unsigned i = 0; i < COUNT(raisers) * 4 * COUNT(faults) * COUNT(second); i++) {
    unsigned index = i, ring = pick(&index, 4), also = second[pick(&index, COUNT(second))];
    const struct fault *fault = &faults[pick(&index, COUNT(faults))];
    const struct raiser *raiser = &raisers[pick(&index, COUNT(raisers))];
    struct attempt attempt;
    if (!raises(raiser, ring) || !trial_open("exception.nested")) continue;
    output_add(" %s ring=%u fault=%s then=%x", raiser->name, ring, fault->name, also);
    attempt = raiser_start(raiser, ring);
    *tables_slot(SELECTOR_A) = descriptor_flat(TYPE_CODE);
    if (also) tables_set_gate(also, TYPE_INTERRUPT_GATE, SELECTOR_CODE0, 0, LONG_MODE);
    tables_set_gate(raiser->vector, fault->access, fault->selector, STAGE_ARRIVE, LONG_MODE * 2);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

void group_exceptions(void) {
  gates();
  nested();
}

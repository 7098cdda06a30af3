/* INT n through every kind of gate, from every ring: what the gate and the interrupt table decide. */
#include "bits.h"
#include "groups.h"
#include "trial.h"

TRY(int);

static unsigned frame_width(unsigned gate_access) {
  return LONG_MODE || gate_access & 0x8 ? sizeof(uintptr_t) : 2;
}

/* The gate's type, DPL and presence. Its target is ring 0, so that what decides is the gate. What a task gate
 * does has trials of its own. */
static void gate_bytes(void) {
  for (unsigned i = 0; i < 4 * 256; i++) {
    unsigned index = i, access = pick(&index, 256), ring = pick(&index, 4);
    struct attempt attempt;
    if (!LONG_MODE && (access & ~ACCESS_DPL(3)) == (ACCESS_PRESENT | TYPE_TASK_GATE)) continue;
    if (!trial_open("int.gate")) continue;
    output_add(" ring=%u access=%x", ring, access);
    attempt = trial_start(ring, try_int);
    tables_set_gate(VECTOR_TRIED, access, SELECTOR_CODE0, STAGE_ARRIVE, 0);
    trial_run(&attempt, frame_width(access));
  }
}

/* Code of the other size, an inner ring to go to, both kinds of gate. */
static void entries(void) {
  for (unsigned i = 0; i < 2 * 4 * 4 * GATE_TYPES; i++) {
    unsigned index = i, other = pick(&index, 2), ring = pick(&index, 4), target = pick(&index, 4);
    unsigned access = ACCESS_PRESENT | ACCESS_DPL(3) | gate_types[pick(&index, GATE_TYPES)];
    struct attempt attempt;
    if (!trial_open("int.entry")) continue;
    output_add(" ring=%u other-size=%u target=%u access=%x", ring, other, target, access);
    attempt = trial_start(ring, try_int);
    attempt.cs = other ? tables_other_code(ring) : tables_code(ring);
    tables_set_gate(VECTOR_TRIED, access, tables_code(target), STAGE_ARRIVE, 0);
    trial_run(&attempt, frame_width(access));
  }
}

static void table_limits(void) {
  static const uint8_t missing[] = { 0, 1, 2, 4, 7, 8 };
  for (unsigned i = 0; i < 4 * COUNT(missing); i++) {
    unsigned index = i, less = missing[pick(&index, COUNT(missing))], ring = pick(&index, 4);
    struct attempt attempt;
    if (!trial_open("int.limit")) continue;
    output_add(" ring=%u less=%u", ring, less);
    attempt = trial_start(ring, try_int);
    tables_set_gate(VECTOR_TRIED, ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_INTERRUPT_GATE, SELECTOR_CODE0,
                    STAGE_ARRIVE, 0);
    tables_set_idt_limit((VECTOR_TRIED + 1) * GATE_SIZE - 1 - less);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

/* Which flags the image keeps and which the handler begins with. */
static void flags(void) {
  static const uint32_t bits[] = {
    0,       0x8d5 /* OF to CF */, FLAGS_TF, FLAGS_IF, FLAGS_DF, FLAGS_IOPL, FLAGS_NT, FLAGS_RF, FLAGS_AC,
    0x200000 /* ID */
  };
  for (unsigned i = 0; i < 2 * GATE_TYPES * COUNT(bits); i++) {
    unsigned index = i, ring = pick(&index, 2) * 3, set = bits[pick(&index, COUNT(bits))];
    unsigned access = ACCESS_PRESENT | ACCESS_DPL(3) | gate_types[pick(&index, GATE_TYPES)];
    struct attempt attempt;
    if (!trial_open("int.flags")) continue;
    output_add(" ring=%u set=%x access=%x", ring, set, access);
    attempt = trial_start(ring, try_int);
    attempt.flags |= set;
    tables_set_gate(VECTOR_TRIED, access, SELECTOR_CODE0, STAGE_ARRIVE, 0);
    trial_run(&attempt, frame_width(access));
  }
}

void group_int_gates(void) {
  gate_bytes();
  entries();
  table_limits();
  flags();
}

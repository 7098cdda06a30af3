/* INT n to an inner ring: the stack that the TSS names. */
#include "bits.h"
#include "groups.h"
#include "trial.h"

TRY(int);

/* Rings 1 and 2, so that the exception finds a good stack in ring 0. */
static void tried_gate(unsigned ring, unsigned access) {
  tables_set_gate(VECTOR_TRIED, ACCESS_PRESENT | ACCESS_DPL(3) | access, tables_code(ring), STAGE_ARRIVE, 0);
}

static void descriptors(void) {
  for (unsigned i = 0; i < 256 * 4; i++) {
    unsigned index = i, access = pick(&index, 256), rpl = pick(&index, 4);
    struct attempt attempt;
    if (!trial_open("int.stack")) continue;
    output_add(" ring=3 target=1 rpl=%u access=%x", rpl, access);
    attempt = trial_start(3, try_int);
    *tables_slot(SELECTOR_A) = descriptor_flat(access);
    tables_set_ring_stack(1, SELECTOR_A | rpl, STACK_TOP(STACK_KERNEL + 1));
    tried_gate(1, TYPE_INTERRUPT_GATE);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

static void selectors(void) {
  static const uint16_t named[] = {
    0, 1, 2, 3, SELECTOR_BEYOND | 1, SELECTOR_LDT_A | 1, SELECTOR_LDT_BEYOND | 1, 0xffff, 5, SELECTOR_TSS | 1
  };
  for (unsigned i = 0; i < 2 * COUNT(named); i++) {
    unsigned index = i, selector = named[pick(&index, COUNT(named))], ring = 2 + pick(&index, 2);
    struct attempt attempt;
    if (!trial_open("int.stack-selector")) continue;
    output_add(" ring=%u target=1 selector=%x", ring, selector);
    attempt = trial_start(ring, try_int);
    *tables_slot(SELECTOR_LDT_A) = descriptor_flat(ACCESS_PRESENT | ACCESS_DPL(1) | TYPE_DATA);
    tables_set_ring_stack(1, selector, STACK_TOP(STACK_KERNEL + 1));
    tried_gate(1, TYPE_INTERRUPT_GATE);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

/* How much room the stack's segment has for what is pushed, growing up and down, with 16-bit pointers and
 * 32-bit ones. */
static void limits(void) {
  for (unsigned i = 0; i < 2 * 2 * 2 * 24; i++) {
    unsigned index = i, room = pick(&index, 24), big = pick(&index, 2), down = pick(&index, 2);
    unsigned gate = pick(&index, 2) ? TYPE_INTERRUPT_GATE : TYPE_INTERRUPT_GATE & ~8u;
    unsigned top = STACK_TOP(STACK_KERNEL + 1), type = down ? TYPE_DATA | 4 : TYPE_DATA;
    struct attempt attempt;
    if (!trial_open("int.stack-limit")) continue;
    output_add(" ring=3 target=1 gate=%x big=%u down=%u room=%u", gate, big, down, room);
    attempt = trial_start(3, try_int);
    *tables_slot(SELECTOR_A) = descriptor(ACCESS_PRESENT | ACCESS_DPL(1) | type, big ? DESCRIPTOR_BIG : 0, 0,
                                          down ? top - room - 1 : top - 24 + room - 1);
    tables_set_ring_stack(1, SELECTOR_A | 1, down ? top : top);
    tried_gate(1, gate);
    trial_run(&attempt, gate & 8 ? sizeof(uintptr_t) : 2);
  }
}

/* The last byte of the TSS against the field of the stack, for rings 1 and 2. */
static void tss_limits(void) {
  for (unsigned i = 0; i < 2 * 20; i++) {
    unsigned index = i, limit = 0xb + pick(&index, 20), target = 1 + pick(&index, 2);
    struct attempt attempt;
    if (!trial_open("int.tss-limit")) continue;
    output_add(" ring=3 target=%u limit=%x", target, limit);
    attempt = trial_start(3, try_int);
    tried_gate(target, TYPE_INTERRUPT_GATE);
    tables_set_tss_limit(limit);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

/* The interrupt stack table against the limit; what takes the exceptions is number 1. */
static void ist_limits(void) {
  for (unsigned i = 0; i < 4 * 0x40; i++) {
    unsigned index = i, limit = 0x2b + pick(&index, 0x40), ring = pick(&index, 2) * 3,
             number = 2 + pick(&index, 2) * 5;
    struct attempt attempt;
    if (!trial_open("int.ist-limit")) continue;
    output_add(" ring=%u ist=%u limit=%x", ring, number, limit);
    attempt = trial_start(ring, try_int);
    tables_set_gate(VECTOR_TRIED, ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_INTERRUPT_GATE, SELECTOR_CODE0,
                    STAGE_ARRIVE, number);
    tables_set_interrupt_stack(number, STACK_TOP(STACK_IST));
    tables_set_tss_limit(limit);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

/* Stack pointers of the TSS: aligned or not, canonical or not; of a ring, and of the interrupt stack table.
 */
static void pointers(void) {
  static const uint64_t values[] = { STACK_TOP(STACK_IST), STACK_TOP(STACK_IST) - 8, STACK_TOP(STACK_IST) - 1,
                                     0x0000800000000000u,  0x0000800000000008u,      0x0000800000000030u,
                                     0x00007ffffffffff0u,  0x7fffffffffffffffu,      0x8000000000000000u,
                                     0xffff800000000000u,  0xffff7fffffffffffu,      0x0000000100000000u,
                                     0xffffffffffffffffu };
  for (unsigned i = 0; i < 4 * 4 * COUNT(values); i++) {
    unsigned index = i, value = pick(&index, COUNT(values)), where = pick(&index, 4), ring = pick(&index, 4);
    struct attempt attempt;
    if (!trial_open("int.pointer")) continue;
    output_add(" ring=%u stack=%s%u value=%p", ring, where == 3 ? "ist" : "rsp", where == 3 ? 2 : where,
               (void *)(uintptr_t)values[value]);
    attempt = trial_start(ring, try_int);
    tables_set_gate(VECTOR_TRIED, ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_INTERRUPT_GATE,
                    tables_code(where % 3), STAGE_ARRIVE, where == 3 ? 2 : 0);
    if (where == 3)
      tables_set_interrupt_stack(2, (uintptr_t)values[value]);
    else
      tables_set_ring_stack(where, 0, (uintptr_t)values[value]);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

/* From a stack pointer that is not aligned, without a change of ring: long mode aligns it. */
static void alignments(void) {
  for (unsigned i = 0; i < 4 * 16; i++) {
    unsigned index = i, less = pick(&index, 16), ring = pick(&index, 4);
    struct attempt attempt;
    if (!trial_open("int.align")) continue;
    output_add(" ring=%u less=%u", ring, less);
    attempt = trial_start(ring, try_int);
    attempt.sp -= less;
    tables_set_gate(VECTOR_TRIED, ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_INTERRUPT_GATE, tables_code(ring),
                    STAGE_ARRIVE, 0);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

void group_int_stacks(void) {
  if (!LONG_MODE) {
    descriptors();
    selectors();
    limits();
    tss_limits();
  } else {
    ist_limits();
    pointers();
  }
  alignments();
}

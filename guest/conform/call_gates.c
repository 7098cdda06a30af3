/* Far JMP and CALL through call gates: the gate, its target, the stack and the parameters. */
#include "bits.h"
#include "far.h"
#include "groups.h"
#include "text.h"

#define GATE SELECTOR_B

/* The pointer's offset is not looked at. */
static struct far_pointer through_gate(bool call, unsigned rpl) {
  struct far_pointer pointer = far_to(call, GATE | rpl);
  pointer.offset = 0xdead;
  return pointer;
}

static unsigned gate_width(unsigned type) {
  if (LONG_MODE) return 8;
  return type & 8 ? 4 : 2;
}

/* With as many words on the stack as a gate may move. */
static void make(unsigned ring, const struct far_pointer *pointer, unsigned type) {
  struct attempt attempt = far_start(ring, pointer);
  for (unsigned word = 0; word < 32; word++)
    trial_push(&attempt, gate_width(type), 0x1010 + word);
  trial_run(&attempt, gate_width(type));
}

static const char *name_of(bool call) {
  return call ? "call" : "jmp";
}

/* The gate's type, DPL and presence against the ring and the RPL. Its target is ring 0. */
static void gates(void) {
  for (unsigned i = 0; i < 2 * 4 * 4 * 4 * 4 * 2; i++) {
    unsigned index = i, type = pick(&index, 2) ? TYPE_CALL_GATE : TYPE_CALL_GATE & ~8, dpl = pick(&index, 4);
    unsigned rpl = pick(&index, 4), ring = pick(&index, 4), target = pick(&index, 4), call = pick(&index, 2);
    struct far_pointer pointer = through_gate(call, rpl);
    for (unsigned present = 0; present < 2; present++) {
      if (!trial_open("gate.access")) continue;
      output_add(" %s ring=%u rpl=%u type=%x dpl=%u present=%u target=%u", name_of(call), ring, rpl, type,
                 dpl, present, target);
      tables_set_call_gate(GATE, present << 7 | ACCESS_DPL(dpl) | type, tables_code(target), STAGE_ARRIVE, 0);
      make(ring, &pointer, type);
    }
  }
}

/* What the gate leads to: every descriptor. */
static void targets(void) {
  for (unsigned i = 0; i < 256 * 4 * 2 * 2; i++) {
    unsigned index = i, access = pick(&index, 256), ring = pick(&index, 4), rpl = pick(&index, 2) * 3;
    struct far_pointer pointer = through_gate(index, 0);
    if (!trial_open("gate.target")) continue;
    output_add(" %s ring=%u rpl=%u access=%x", name_of(index), ring, rpl, access);
    *tables_slot(SELECTOR_A) = descriptor_flat(access);
    tables_set_call_gate(GATE, ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_CALL_GATE, SELECTOR_A | rpl,
                         STAGE_ARRIVE, 0);
    make(ring, &pointer, TYPE_CALL_GATE);
  }
}

static void selectors(void) {
  static const uint16_t named[] = {
    0,      1,      3, SELECTOR_BEYOND, SELECTOR_BEYOND | 3, SELECTOR_LDT_A, SELECTOR_LDT_BEYOND,
    0xffff, 0xfff8, 4, SELECTOR_TSS,    SELECTOR_LDT,        GATE,           SELECTOR_DATA0
  };
  for (unsigned i = 0; i < COUNT(named) * 4 * 2; i++) {
    unsigned index = i, selector = named[pick(&index, COUNT(named))], ring = pick(&index, 4);
    struct far_pointer pointer = through_gate(index, 0);
    if (!trial_open("gate.selector")) continue;
    output_add(" %s ring=%u selector=%x", name_of(index), ring, selector);
    *tables_slot(SELECTOR_LDT_A) = descriptor_flat(ACCESS_PRESENT | TYPE_CODE);
    tables_set_call_gate(GATE, ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_CALL_GATE, selector, STAGE_ARRIVE, 0);
    make(ring, &pointer, TYPE_CALL_GATE);
  }
}

/* L and D of the target. */
static void sizes(void) {
  for (unsigned i = 0; i < 4 * 4 * 4 * 2 * 2; i++) {
    unsigned index = i, bits = pick(&index, 4) * 2, dpl = pick(&index, 4), ring = pick(&index, 4),
             call = pick(&index, 2);
    struct far_pointer pointer = through_gate(call, 0);
    pointer.other = index;
    if (!trial_open("gate.size")) continue;
    output_add(" %s ring=%u other-size=%u dpl=%u long=%u big=%u", name_of(call), ring, index, dpl,
               bits / 2 & 1, bits / 4);
    *tables_slot(SELECTOR_A) =
        descriptor(ACCESS_PRESENT | ACCESS_DPL(dpl) | TYPE_CODE, bits | DESCRIPTOR_PAGES, 0, LIMIT_ALL);
    tables_set_call_gate(GATE, ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_CALL_GATE, SELECTOR_A, STAGE_ARRIVE, 0);
    make(ring, &pointer, TYPE_CALL_GATE);
  }
}

/* The number of words that move to the inner stack; in 64-bit gates those bits are no number. */
static void parameters(void) {
  for (unsigned i = 0; i < 32 * 4 * 3 * 2; i++) {
    unsigned index = i, count = pick(&index, 32), ring = pick(&index, 4), target = pick(&index, 3);
    unsigned type = index ? TYPE_CALL_GATE : TYPE_CALL_GATE & ~8u;
    struct far_pointer pointer = through_gate(true, 0);
    if (!trial_open("gate.count")) continue;
    output_add(" call ring=%u target=%u type=%x count=%u", ring, target, type, count);
    tables_set_call_gate(GATE, ACCESS_PRESENT | ACCESS_DPL(3) | type, tables_code(target), STAGE_ARRIVE,
                         count);
    make(ring, &pointer, type);
  }
}

/* The stack of the TSS, which only a change of ring looks at. */
static void stacks(void) {
  for (unsigned i = 0; i < 256 * 4; i++) {
    unsigned index = i, access = pick(&index, 256), rpl = index;
    struct far_pointer pointer = through_gate(true, 0);
    if (!trial_open("gate.stack")) continue;
    output_add(" call ring=3 target=1 rpl=%u access=%x", rpl, access);
    *tables_slot(SELECTOR_A) = descriptor_flat(access);
    tables_set_ring_stack(1, SELECTOR_A | rpl, STACK_TOP(STACK_KERNEL + 1));
    tables_set_call_gate(GATE, ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_CALL_GATE, tables_code(1), STAGE_ARRIVE,
                         1);
    make(3, &pointer, TYPE_CALL_GATE);
  }
}

/* Room for four words and the parameters on the inner stack. */
static void stack_limits(void) {
  for (unsigned i = 0; i < 2 * 3 * 30; i++) {
    unsigned index = i, room = pick(&index, 30), count = pick(&index, 3);
    unsigned type = index ? TYPE_CALL_GATE : TYPE_CALL_GATE & ~8u, top = STACK_TOP(STACK_KERNEL + 1);
    struct far_pointer pointer = through_gate(true, 0);
    if (!trial_open("gate.stack-limit")) continue;
    output_add(" call ring=3 target=1 type=%x count=%u room=%u", type, count, room);
    *tables_slot(SELECTOR_A) =
        descriptor(ACCESS_PRESENT | ACCESS_DPL(1) | TYPE_DATA | 4, DESCRIPTOR_BIG, 0, top - room - 1);
    tables_set_ring_stack(1, SELECTOR_A | 1, top);
    tables_set_call_gate(GATE, ACCESS_PRESENT | ACCESS_DPL(3) | type, tables_code(1), STAGE_ARRIVE, count);
    make(3, &pointer, type);
  }
}

/* The upper eight bytes of a 64-bit gate: their type has to be 0, the offset canonical; stack pointers of the
 * TSS. */
static void wide(void) {
  static const uint64_t values[] = { 0x0000800000000000u, 0x00007fff00000000u, 0xffff800000000000u,
                                     0x8000000000000000u, 0x0000000100000000u, 1 };
  for (unsigned i = 0; i < 32 * 4; i++) {
    unsigned index = i, type = pick(&index, 32), ring = index;
    struct far_pointer pointer = through_gate(true, 0);
    if (!trial_open("gate.upper")) continue;
    output_add(" call ring=%u upper-type=%x", ring, type);
    tables_set_call_gate(GATE, ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_CALL_GATE, SELECTOR_CODE0, STAGE_ARRIVE,
                         0);
    tables_slot(GATE)[1] |= (uint64_t)type << 40;
    make(ring, &pointer, TYPE_CALL_GATE);
  }
  for (unsigned i = 0; i < COUNT(values) * 4 * 2; i++) {
    unsigned index = i, value = pick(&index, COUNT(values)), ring = pick(&index, 4);
    struct far_pointer pointer = through_gate(true, 0);
    if (!trial_open("gate.pointer")) continue;
    output_add(" call ring=%u %s=%p", ring, index ? "rsp" : "rip", (void *)(uintptr_t)values[value]);
    if (index) tables_set_ring_stack(0, 0, STACK_TOP(STACK_KERNEL) ^ (uintptr_t)values[value]);
    tables_set_call_gate(GATE, ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_CALL_GATE, SELECTOR_CODE0,
                         STAGE_ARRIVE | (index ? 0 : (uintptr_t)values[value] & ~(uintptr_t)1), 0);
    make(ring, &pointer, TYPE_CALL_GATE);
  }
}

void group_call_gates(void) {
  gates();
  targets();
  selectors();
  sizes();
  parameters();
  if (LONG_MODE) {
    wide();
  } else {
    stacks();
    stack_limits();
  }
}

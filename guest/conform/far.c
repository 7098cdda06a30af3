/* Far JMP and CALL to code: every descriptor, selector, size and offset that they may name. */
#include "far.h"

#include "bits.h"
#include "groups.h"
#include "text.h"

struct far_pointer far_to(bool call, unsigned selector) {
  return (struct far_pointer){ .call = call, .width = 4, .selector = selector, .offset = STAGE_ARRIVE };
}

/* At (BX), (EDI) or (RDI). */
static const struct instruction *instruction_of(const struct far_pointer *pointer) {
  static const struct instruction instructions[2][3] = {
    { { INSTRUCTION("jmp", "\xff\x2f"), 0, 0 },
      { INSTRUCTION("jmp", "\x66\xff\x2f"), 0, 0 },
      { INSTRUCTION("jmp", "\x48\xff\x2f"), 0, 0 } },
    { { INSTRUCTION("call", "\xff\x1f"), 0, 0 },
      { INSTRUCTION("call", "\x66\xff\x1f"), 0, 0 },
      { INSTRUCTION("call", "\x48\xff\x1f"), 0, 0 } },
  };
  unsigned narrow = pointer->other && !LONG_MODE; /* 16-bit code */
  if (pointer->width == 8) return &instructions[pointer->call][2];
  return &instructions[pointer->call][(pointer->width == 2) ^ narrow];
}

struct attempt far_start(unsigned ring, const struct far_pointer *pointer) {
  struct attempt attempt = trial_start(ring, trial_place(instruction_of(pointer)));
  uint8_t *operand = (uint8_t *)STAGE_OPERAND;
  uint16_t selector = (uint16_t)pointer->selector;
  memcpy(operand, &pointer->offset, pointer->width);
  memcpy(operand + pointer->width, &selector, sizeof selector);
  if (pointer->other) attempt.cs = tables_other_code(ring);
  attempt.reg[REG_BX] = attempt.reg[REG_DI] = STAGE_OPERAND;
  return attempt;
}

void far_make(unsigned ring, const struct far_pointer *pointer) {
  struct attempt attempt = far_start(ring, pointer);
  trial_run(&attempt, pointer->width);
}

static const char *name_of(bool call) {
  return call ? "call" : "jmp";
}

/* What leads to another task has trials of its own. */
static bool is_task(unsigned access) {
  static const uint16_t types = 1 << 1 | 1 << 3 | 1 << 5 | 1 << 9 | 1 << 11;
  return !LONG_MODE && !(access & 0x10) && types >> (access & 0xf) & 1;
}

static void descriptors(void) {
  for (unsigned i = 0; i < 256 * 4 * 4 * 2; i++) {
    unsigned index = i, access = pick(&index, 256), rpl = pick(&index, 4), ring = pick(&index, 4);
    struct far_pointer pointer = far_to(index, SELECTOR_A | rpl);
    if (is_task(access) || !trial_open("far.code")) continue;
    output_add(" %s ring=%u rpl=%u access=%x", name_of(index), ring, rpl, access);
    *tables_slot(SELECTOR_A) = descriptor_flat(access);
    far_make(ring, &pointer);
  }
}

static void selectors(void) {
  static const uint16_t named[] = { 0,
                                    1,
                                    2,
                                    3,
                                    SELECTOR_BEYOND,
                                    SELECTOR_BEYOND | 3,
                                    SELECTOR_LDT_A,
                                    SELECTOR_LDT_A | 3,
                                    SELECTOR_LDT_BEYOND,
                                    0xffff,
                                    0xfff8,
                                    4,
                                    7,
                                    SELECTOR_LDT,
                                    SELECTOR_BEYOND - 8 };
  for (unsigned i = 0; i < COUNT(named) * 4 * 2; i++) {
    unsigned index = i, selector = named[pick(&index, COUNT(named))], ring = pick(&index, 4);
    struct far_pointer pointer = far_to(index, selector);
    if (!trial_open("far.selector")) continue;
    output_add(" %s ring=%u selector=%x", name_of(index), ring, selector);
    *tables_slot(SELECTOR_LDT_A) = descriptor_flat(ACCESS_PRESENT | ACCESS_DPL(ring) | TYPE_CODE);
    *tables_slot(SELECTOR_BEYOND - 8) = descriptor_flat(ACCESS_PRESENT | ACCESS_DPL(ring) | TYPE_CODE);
    far_make(ring, &pointer);
  }
}

/* L and D of the code that is reached, by every width of the pointer, from code of the other size too. */
static void sizes(void) {
  for (unsigned i = 0; i < 4 * 4 * 2 * 2 * 3; i++) {
    unsigned index = i, bits = pick(&index, 4) * 2, ring = pick(&index, 4), call = pick(&index, 2);
    struct far_pointer pointer = far_to(call, SELECTOR_A | ring);
    pointer.other = pick(&index, 2);
    pointer.width = 2u << index;
    if ((pointer.width == 8 && (pointer.other || !LONG_MODE)) || !trial_open("far.size")) continue;
    output_add(" %s ring=%u width=%u other-size=%u long=%u big=%u", name_of(call), ring, pointer.width,
               pointer.other, bits / 2 & 1, bits / 4);
    *tables_slot(SELECTOR_A) =
        descriptor(ACCESS_PRESENT | ACCESS_DPL(ring) | TYPE_CODE, bits | DESCRIPTOR_PAGES, 0, LIMIT_ALL);
    far_make(ring, &pointer);
  }
}

static void offsets(void) {
  for (unsigned i = 0; i < 3 * 4 * 2; i++) {
    unsigned index = i, below = pick(&index, 3), ring = pick(&index, 4);
    struct far_pointer pointer = far_to(index, SELECTOR_A | ring);
    if (!trial_open("far.offset")) continue;
    output_add(" %s ring=%u below=%u", name_of(index), ring, below);
    *tables_slot(SELECTOR_A) = descriptor(ACCESS_PRESENT | ACCESS_DPL(ring) | TYPE_CODE, CODE_SIZE_BITS, 0,
                                          STAGE_ARRIVE + 1 - below);
    far_make(ring, &pointer);
  }
}

/* Offsets of 64 bits, into 64-bit code and into code that reaches 4 GiB. */
static void pointers(void) {
  static const uint64_t values[] = { 0x0000800000000000u, 0x00007fff00000000u, 0xffff7fff00000000u,
                                     0xffff800000000000u, 0x8000000000000000u, 0x0000000100000000u };
  for (unsigned i = 0; i < COUNT(values) * 4 * 2 * 2; i++) {
    unsigned index = i, value = pick(&index, COUNT(values)), ring = pick(&index, 4), call = pick(&index, 2);
    struct far_pointer pointer = far_to(call, index ? tables_other_code(ring) : tables_code(ring));
    if (!trial_open("far.pointer")) continue;
    output_add(" %s ring=%u other-size=%u offset=%p", name_of(call), ring, index,
               (void *)(uintptr_t)values[value]);
    pointer.width = 8;
    pointer.offset |= (uintptr_t)values[value];
    far_make(ring, &pointer);
  }
}

/* CALL without room on the stack: what it pushes against the segment's limit. */
static void stack_limits(void) {
  for (unsigned i = 0; i < 12 * 2; i++) {
    unsigned index = i, room = pick(&index, 12);
    struct far_pointer pointer = far_to(true, tables_code(3));
    struct attempt attempt;
    pointer.width = index ? 4 : 2;
    if (!trial_open("far.stack-limit")) continue;
    output_add(" call ring=3 width=%u room=%u", pointer.width, room);
    attempt = far_start(3, &pointer);
    *tables_slot(SELECTOR_A) = descriptor(ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_DATA | 4, DESCRIPTOR_BIG, 0,
                                          (uint32_t)attempt.sp - room - 1);
    attempt.ss = SELECTOR_A | 3;
    trial_run(&attempt, pointer.width);
  }
}

void group_far(void) {
  descriptors();
  selectors();
  sizes();
  offsets();
  if (LONG_MODE)
    pointers();
  else
    stack_limits();
}

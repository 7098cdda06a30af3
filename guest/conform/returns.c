/* IRET and RETF: the code and stack segments that they return to. */
#include "returns.h"

#include "bits.h"
#include "groups.h"
#include "text.h"

struct return_frame return_frame_to(enum return_by by, unsigned ring) {
  return (struct return_frame){
    .by = by,
    .width = sizeof(uintptr_t),
    .ip = STAGE_ARRIVE,
    .cs = tables_code(ring),
    .flags = FLAGS_FIXED,
    .sp = STACK_TOP(STACK_KERNEL + 1),
    .ss = tables_data(ring),
  };
}

/* Without a prefix the width is that of the code, but never 64 bits. */
static const struct instruction *instruction_of(const struct return_frame *frame) {
  static const struct instruction instructions[2][3] = {
    [BY_IRET] = { { INSTRUCTION("iret", "\xcf"), 0, 0 },
                  { INSTRUCTION("iret", "\x66\xcf"), 0, 0 },
                  { INSTRUCTION("iret", "\x48\xcf"), 0, 0 } },
    [BY_RETF] = { { INSTRUCTION("retf", "\xcb"), 0, 0 },
                  { INSTRUCTION("retf", "\x66\xcb"), 0, 0 },
                  { INSTRUCTION("retf", "\x48\xcb"), 0, 0 } },
  };
  unsigned narrow = frame->other && !LONG_MODE; /* 16-bit code */
  if (frame->width == 8) return &instructions[frame->by][2];
  return &instructions[frame->by][(frame->width == 2) ^ narrow];
}

/* The instruction with the number of bytes behind it. */
static const void *place_release(const struct return_frame *frame) {
  const struct instruction *plain = instruction_of(frame);
  char bytes[4] = { plain->bytes[0] };
  unsigned last = plain->length - 1u;
  struct instruction instruction = { plain->name, bytes, (uint8_t)(last + 3), 0, 0 };
  bytes[last] = (char)0xca;
  bytes[last + 1] = (char)frame->release;
  bytes[last + 2] = (char)(frame->release >> 8);
  return trial_place(&instruction);
}

struct attempt return_start(unsigned ring, const struct return_frame *frame) {
  struct attempt attempt =
      trial_start(ring, frame->release ? place_release(frame) : trial_place(instruction_of(frame)));
  if (frame->other) attempt.cs = tables_other_code(ring);
  trial_push(&attempt, frame->width, frame->ss);
  trial_push(&attempt, frame->width, frame->sp);
  attempt.sp -= frame->release;
  if (frame->by == BY_IRET) trial_push(&attempt, frame->width, frame->flags);
  trial_push(&attempt, frame->width, frame->cs);
  trial_push(&attempt, frame->width, frame->ip);
  return attempt;
}

bool return_open(enum return_by by, const char *name) {
  char group[24] = "iret.";
  if (by == BY_RETF) memcpy(group, "retf.", 5);
  memcpy(group + 5, name, strlen(name) + 1);
  return trial_open(group);
}

void return_make(unsigned ring, const struct return_frame *frame) {
  struct attempt attempt = return_start(ring, frame);
  trial_run(&attempt, frame->width);
}

/* The code descriptor's type, DPL and presence, and the selector's RPL; SS fits the RPL. */
static void code_descriptors(enum return_by by) {
  for (unsigned i = 0; i < 256 * 4 * 4; i++) {
    unsigned index = i, access = pick(&index, 256), rpl = pick(&index, 4), ring = pick(&index, 4);
    struct return_frame frame = return_frame_to(by, rpl);
    if (!return_open(by, "code")) continue;
    output_add(" ring=%u rpl=%u access=%x", ring, rpl, access);
    *tables_slot(SELECTOR_A) = descriptor_flat(access);
    frame.cs = SELECTOR_A | rpl;
    return_make(ring, &frame);
  }
}

/* The stack descriptor and the selector's RPL; CS fits the ring that is returned to. */
static void stack_descriptors(enum return_by by) {
  for (unsigned i = 0; i < 256 * 4 * 3; i++) {
    unsigned index = i, access = pick(&index, 256), rpl = pick(&index, 4), target = 1 + pick(&index, 3);
    struct return_frame frame = return_frame_to(by, target);
    if (!return_open(by, "stack")) continue;
    output_add(" ring=0 target=%u rpl=%u access=%x", target, rpl, access);
    *tables_slot(SELECTOR_A) = descriptor_flat(access);
    frame.ss = SELECTOR_A | rpl;
    return_make(0, &frame);
  }
}

/* Null, out of the tables, in the LDT, a system segment: for CS and for SS. */
static void selectors(enum return_by by) {
  for (unsigned i = 0; i < 2 * 4 * 4 * SPECIAL_SELECTORS; i++) {
    unsigned index = i, selector = special_selectors[pick(&index, SPECIAL_SELECTORS)],
             stack = pick(&index, 2);
    unsigned target = pick(&index, 4), ring = pick(&index, 4);
    struct return_frame frame = return_frame_to(by, target);
    if (!return_open(by, "selector")) continue;
    output_add(" ring=%u target=%u %s=%x", ring, target, stack ? "ss" : "cs", selector);
    *tables_slot(SELECTOR_LDT_A) =
        descriptor_flat(ACCESS_PRESENT | ACCESS_DPL(selector & 3) | (stack ? TYPE_DATA : TYPE_CODE));
    if (stack)
      frame.ss = selector;
    else
      frame.cs = selector;
    return_make(ring, &frame);
  }
}

static unsigned pick_width(unsigned *index) {
  static const uint8_t widths[] = { 2, 4, 8 };
  return widths[pick(index, LONG_MODE ? 3 : 2)];
}

/* L and D of the code that is returned to, by every width of the instruction, to code of the other size and
 * back. */
static void sizes(enum return_by by) {
  for (unsigned i = 0; i < 3 * 4 * 4 * 2; i++) {
    unsigned index = i, bits = pick(&index, 4) * 2, target = pick(&index, 4), other = pick(&index, 2);
    unsigned width = pick_width(&index);
    struct return_frame frame = return_frame_to(by, target);
    struct attempt attempt;
    if (index > 0 || (other && width == 8)) continue;
    if (!return_open(by, "size")) continue;
    output_add(" ring=0 target=%u width=%u other-size=%u long=%u big=%u", target, width, other, bits / 2 & 1,
               bits / 4);
    *tables_slot(SELECTOR_A) =
        descriptor(ACCESS_PRESENT | ACCESS_DPL(target) | TYPE_CODE, bits | DESCRIPTOR_PAGES, 0, LIMIT_ALL);
    frame.cs = SELECTOR_A | target;
    frame.width = width;
    frame.other = other;
    attempt = return_start(0, &frame);
    trial_run(&attempt, width);
  }
}

/* The offset against the limit of the segment that is returned to. */
static void offsets(enum return_by by) {
  for (unsigned i = 0; i < 4 * 4 * 3; i++) {
    unsigned index = i, below = pick(&index, 3), target = pick(&index, 4), ring = pick(&index, 4);
    struct return_frame frame = return_frame_to(by, target);
    if (!return_open(by, "offset")) continue;
    output_add(" ring=%u target=%u below=%u", ring, target, below);
    *tables_slot(SELECTOR_A) = descriptor(ACCESS_PRESENT | ACCESS_DPL(target) | TYPE_CODE, CODE_SIZE_BITS, 0,
                                          STAGE_ARRIVE + 1 - below);
    frame.cs = SELECTOR_A | target;
    return_make(ring, &frame);
  }
}

void group_returns(void) {
  for (enum return_by by = BY_IRET; by <= BY_RETF; by++) {
    code_descriptors(by);
    stack_descriptors(by);
    selectors(by);
    sizes(by);
    offsets(by);
  }
}

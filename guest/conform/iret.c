/* IRET: the code and stack segments that it returns to. */
#include "iret.h"

#include "bits.h"
#include "groups.h"

TRY(iret);
TRY(iret16);
TRY(iret64);

struct iret_frame iret_frame_to(unsigned ring) {
  return (struct iret_frame){
    .width = sizeof(uintptr_t),
    .ip = STAGE_ARRIVE,
    .cs = tables_code(ring),
    .flags = FLAGS_FIXED,
    .sp = STACK_TOP(STACK_KERNEL + 1),
    .ss = tables_data(ring),
  };
}

const void *iret_instruction(unsigned width) {
  if (width == 2) return try_iret16;
  return width == 8 ? try_iret64 : try_iret;
}

struct attempt iret_start(unsigned ring, const struct iret_frame *frame) {
  struct attempt attempt = trial_start(ring, iret_instruction(frame->width));
  trial_push(&attempt, frame->width, frame->ss);
  trial_push(&attempt, frame->width, frame->sp);
  trial_push(&attempt, frame->width, frame->flags);
  trial_push(&attempt, frame->width, frame->cs);
  trial_push(&attempt, frame->width, frame->ip);
  return attempt;
}

static void make(unsigned ring, const struct iret_frame *frame) {
  struct attempt attempt = iret_start(ring, frame);
  trial_run(&attempt, frame->width);
}

/* The code descriptor's type, DPL and presence, and the selector's RPL; SS fits the RPL. */
static void code_descriptors(void) {
  for (unsigned i = 0; i < 256 * 4 * 4; i++) {
    unsigned index = i, access = pick(&index, 256), rpl = pick(&index, 4), ring = pick(&index, 4);
    struct iret_frame frame = iret_frame_to(rpl);
    if (!trial_open("iret.code")) continue;
    output_add(" ring=%u rpl=%u access=%x", ring, rpl, access);
    *tables_slot(SELECTOR_A) = descriptor_flat(access);
    frame.cs = SELECTOR_A | rpl;
    make(ring, &frame);
  }
}

/* The stack descriptor and the selector's RPL; CS fits the ring that is returned to. */
static void stack_descriptors(void) {
  for (unsigned i = 0; i < 256 * 4 * 3; i++) {
    unsigned index = i, access = pick(&index, 256), rpl = pick(&index, 4), target = 1 + pick(&index, 3);
    struct iret_frame frame = iret_frame_to(target);
    if (!trial_open("iret.stack")) continue;
    output_add(" ring=0 target=%u rpl=%u access=%x", target, rpl, access);
    *tables_slot(SELECTOR_A) = descriptor_flat(access);
    frame.ss = SELECTOR_A | rpl;
    make(0, &frame);
  }
}

static const uint16_t named[] = {
  0,
  1,
  2,
  3,
  SELECTOR_BEYOND,
  SELECTOR_BEYOND | 3,
  SELECTOR_LDT_A,
  SELECTOR_LDT_A | 3,
  SELECTOR_LDT_BEYOND | 3,
  0xffff,
  4,
  7,
  SELECTOR_TSS | 3,
};

/* Null, out of the tables, in the LDT, a system segment: for CS and for SS. */
static void selectors(void) {
  for (unsigned i = 0; i < 2 * 4 * 4 * COUNT(named); i++) {
    unsigned index = i, selector = named[pick(&index, COUNT(named))], stack = pick(&index, 2);
    unsigned target = pick(&index, 4), ring = pick(&index, 4);
    struct iret_frame frame = iret_frame_to(target);
    if (!trial_open("iret.selector")) continue;
    output_add(" ring=%u target=%u %s=%x", ring, target, stack ? "ss" : "cs", selector);
    *tables_slot(SELECTOR_LDT_A) =
        descriptor_flat(ACCESS_PRESENT | ACCESS_DPL(selector & 3) | (stack ? TYPE_DATA : TYPE_CODE));
    if (stack)
      frame.ss = selector;
    else
      frame.cs = selector;
    make(ring, &frame);
  }
}

static unsigned pick_width(unsigned *index) {
  static const uint8_t widths[] = { 2, 4, 8 };
  return widths[pick(index, LONG_MODE ? 3 : 2)];
}

/* L and D of the code that is returned to, by every width of the instruction, to code of the other size and
 * back. */
static void sizes(void) {
  for (unsigned i = 0; i < 3 * 4 * 4 * 2; i++) {
    unsigned index = i, bits = pick(&index, 4) * 2, target = pick(&index, 4), other = pick(&index, 2);
    unsigned width = pick_width(&index);
    struct iret_frame frame = iret_frame_to(target);
    struct attempt attempt;
    if (index > 0 || (other && width == 8)) continue;
    if (!trial_open("iret.size")) continue;
    output_add(" ring=0 target=%u width=%u other-size=%u long=%u big=%u", target, width, other, bits / 2 & 1,
               bits / 4);
    *tables_slot(SELECTOR_A) =
        descriptor(ACCESS_PRESENT | ACCESS_DPL(target) | TYPE_CODE, bits | DESCRIPTOR_PAGES, 0, LIMIT_ALL);
    frame.cs = SELECTOR_A | target;
    frame.width = width;
    attempt = iret_start(0, &frame);
    if (other) attempt.cs = tables_other_code(0);
    if (other && !LONG_MODE) attempt.ip = (uintptr_t)(width == 2 ? try_iret : try_iret16);
    trial_run(&attempt, width);
  }
}

/* The offset against the limit of the segment that is returned to. */
static void offsets(void) {
  for (unsigned i = 0; i < 4 * 4 * 3; i++) {
    unsigned index = i, below = pick(&index, 3), target = pick(&index, 4), ring = pick(&index, 4);
    struct iret_frame frame = iret_frame_to(target);
    if (!trial_open("iret.offset")) continue;
    output_add(" ring=%u target=%u below=%u", ring, target, below);
    *tables_slot(SELECTOR_A) = descriptor(ACCESS_PRESENT | ACCESS_DPL(target) | TYPE_CODE, CODE_SIZE_BITS, 0,
                                          STAGE_ARRIVE + 1 - below);
    frame.cs = SELECTOR_A | target;
    make(ring, &frame);
  }
}

void group_iret(void) {
  code_descriptors();
  stack_descriptors();
  selectors();
  sizes();
  offsets();
}

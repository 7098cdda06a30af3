/* IRET and RETF: pointers, the stack that they read, what RETF releases, and the data segments that they
 * leave behind. */
#include "groups.h"
#include "returns.h"

/* Instruction and stack pointers that are not canonical, or lie past 4 GiB in code that reaches no further.
 */
static void pointers(enum return_by by) {
  static const uint64_t values[] = {
    0x0000800000000000u, 0x00007fff00000000u, 0xffff7fff00000000u, 0xffff800000000000u,
    0x7fffffff00000000u, 0x8000000000000000u, 0x0000000100000000u,
  };
  for (unsigned i = 0; i < 2 * 2 * 4 * COUNT(values); i++) {
    unsigned index = i, value = pick(&index, COUNT(values)), stack = pick(&index, 2), other = pick(&index, 2);
    unsigned ring = pick(&index, 4);
    struct return_frame frame = return_frame_to(by, ring);
    struct attempt attempt;
    if (!return_open(by, "pointer")) continue;
    output_add(" ring=0 target=%u other-size=%u %s=%p", ring, other, stack ? "sp" : "ip",
               (void *)(uintptr_t)values[value]);
    if (other) frame.cs = tables_other_code(ring);
    if (stack)
      frame.sp |= (uintptr_t)values[value];
    else
      frame.ip |= (uintptr_t)values[value];
    attempt = return_start(0, &frame);
    trial_run(&attempt, frame.width);
  }
}

/* The frame against the limit of the stack's segment, in ring 3 and back to it. */
static void stack_limits(enum return_by by) {
  for (unsigned i = 0; i < 2 * 26; i++) {
    unsigned index = i, missing = pick(&index, 26), wide = pick(&index, 2);
    struct return_frame frame = return_frame_to(by, 3);
    struct attempt attempt;
    frame.width = wide ? sizeof(uintptr_t) : 2;
    if (!return_open(by, "limit")) continue;
    output_add(" ring=3 width=%u missing=%u", frame.width, missing);
    attempt = return_start(3, &frame);
    *tables_slot(SELECTOR_A) =
        descriptor(ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_DATA, DESCRIPTOR_BIG, 0,
                   (uint32_t)(attempt.sp + (by == BY_IRET ? 5 : 4) * frame.width - 1 - missing));
    attempt.ss = SELECTOR_A | 3;
    trial_run(&attempt, frame.width);
  }
}

/* A data segment of every kind, DPL and register on the way to each outer ring: whether it is nulled. */
static void data_segments(enum return_by by) {
  static const uint8_t types[] = { TYPE_DATA, TYPE_DATA | 4, TYPE_CODE, TYPE_CODE | 4 };
  for (unsigned i = 0; i < SEG_COUNT * COUNT(types) * 4 * 4 * 2; i++) {
    unsigned index = i, segment = pick(&index, SEG_COUNT), type = types[pick(&index, COUNT(types))];
    unsigned dpl = pick(&index, 4), target = pick(&index, 4), rpl = pick(&index, 2) * 3;
    struct return_frame frame = return_frame_to(by, target);
    struct attempt attempt;
    if (rpl > dpl && (type & 0xc) != 0xc) continue; /* cannot be loaded */
    if (!return_open(by, "data")) continue;
    output_add(" ring=0 target=%u %s type=%x dpl=%u rpl=%u", target, trial_segment_names[segment], type, dpl,
               rpl);
    *tables_slot(SELECTOR_A) = descriptor_flat(ACCESS_PRESENT | ACCESS_DPL(dpl) | type);
    attempt = return_start(0, &frame);
    attempt.segment[segment] = SELECTOR_A | rpl;
    trial_run(&attempt, frame.width);
  }
}

/* RETF n: what it releases on both stacks. */
static void releases(void) {
  static const uint16_t counts[] = { 1, 2, 4, 8, 0x7c, 0x100 };
  for (unsigned i = 0; i < COUNT(counts) * 4 * 4 * 3; i++) {
    unsigned index = i, count = counts[pick(&index, COUNT(counts))], ring = pick(&index, 4);
    struct return_frame frame = return_frame_to(BY_RETF, pick(&index, 4));
    frame.width = 2u << index;
    frame.sp -= 0x200;
    frame.release = count;
    if ((frame.width == 8 && !LONG_MODE) || !return_open(BY_RETF, "release")) continue;
    output_add(" ring=%u target=%u width=%u count=%x", ring, (unsigned)frame.cs & 3, frame.width, count);
    return_make(ring, &frame);
  }
}

void group_return_state(void) {
  for (enum return_by by = BY_IRET; by <= BY_RETF; by++) {
    if (LONG_MODE)
      pointers(by);
    else
      stack_limits(by);
    data_segments(by);
  }
  releases();
}

/* IRET: flags, pointers, the stack that it reads, and the data segments that it leaves behind. */
#include "bits.h"
#include "groups.h"
#include "iret.h"

#define FLAGS_ID 0x200000
#define FLAGS_ALL (0x3f0000 | 0x7fd7)
#define FLAGS_VIRTUAL 0x180000           /* VIF and VIP */
#define FLAGS_TASK (FLAGS_NT | FLAGS_VM) /* what makes it another return */

/* One flag at a time, from a state in which it was clear, and from one in which it was set. */
static void flags(void) {
  for (unsigned i = 0; i < 22 * 2 * 4 * 4 * 2; i++) {
    unsigned index = i, bit = pick(&index, 22), was = pick(&index, 2), ring = pick(&index, 4),
             iopl = pick(&index, 4);
    unsigned all = FLAGS_ALL & ~(FLAGS_TASK | FLAGS_TF | FLAGS_RF | FLAGS_IOPL | FLAGS_VIRTUAL);
    struct iret_frame frame = iret_frame_to(ring);
    struct attempt attempt;
    frame.width = pick(&index, 2) ? 2 : sizeof(uintptr_t);
    if ((1u << bit & (FLAGS_VM | FLAGS_TF | FLAGS_NT)) || !trial_open("iret.flags")) continue;
    output_add(" ring=%u iopl=%u width=%u was=%u popped=%x", ring, iopl, frame.width, was, 1u << bit);
    frame.flags = was ? (all & ~(1u << bit)) | (iopl << 12 & ~(1u << bit)) : 1u << bit;
    attempt = iret_start(ring, &frame);
    attempt.flags = FLAGS_FIXED | iopl << 12 | (was ? all : 0);
    trial_run(&attempt, frame.width);
  }
}

/* NT asks for the return to another task, which IA-32e mode refuses; VM asks for virtual-8086 mode. */
static void other_returns(void) {
  static const uint32_t set[] = { 0, FLAGS_VM };
  for (unsigned i = 0; i < 2 * 2 * 4 * 4; i++) {
    unsigned index = i, nested = pick(&index, 2), vm = set[pick(&index, 2)], ring = pick(&index, 4);
    struct iret_frame frame = iret_frame_to(pick(&index, 4));
    struct attempt attempt;
    /* From ring 0 of 32-bit mode both are done, in trials of their own. */
    if (!LONG_MODE && (nested || (vm && ring == 0))) continue;
    if (!trial_open("iret.other")) continue;
    output_add(" ring=%u target=%u nt=%u vm=%x", ring, (unsigned)frame.cs & 3, nested, vm);
    frame.flags |= vm;
    attempt = iret_start(ring, &frame);
    if (nested) attempt.flags |= FLAGS_NT;
    trial_run(&attempt, frame.width);
  }
}

/* Into virtual-8086 mode, where INT needs IOPL 3; with EIP inside 64 KiB and past it. */
static void virtual_8086(void) {
  static const uint32_t ips[] = { STAGE_ARRIVE, 0x10000 | STAGE_ARRIVE };
  for (unsigned i = 0; i < 4 * 4 * 2; i++) {
    unsigned index = i, iopl = pick(&index, 4), ring = pick(&index, 4), ip = ips[pick(&index, 2)];
    struct attempt attempt;
    if (!trial_open("iret.v86")) continue;
    attempt = trial_start(ring, iret_instruction(4));
    output_add(" ring=%u iopl=%u ip=%x", ring, iopl, ip);
    for (unsigned segment = 0; segment < 4; segment++) /* GS, FS, DS, ES */
      trial_push(&attempt, 4, 0x1111 * (segment + 1));
    trial_push(&attempt, 4, 0);
    trial_push(&attempt, 4, STACK_TOP(STACK_USER + 3));
    trial_push(&attempt, 4, FLAGS_FIXED | FLAGS_VM | iopl << 12);
    trial_push(&attempt, 4, 0);
    trial_push(&attempt, 4, ip);
    trial_run(&attempt, 4);
  }
}

/* Instruction and stack pointers that are not canonical, or lie past 4 GiB in code that reaches no further.
 */
static void pointers(void) {
  static const uint64_t values[] = {
    0x0000800000000000u, 0x00007fff00000000u, 0xffff7fff00000000u, 0xffff800000000000u,
    0x7fffffff00000000u, 0x8000000000000000u, 0x0000000100000000u,
  };
  for (unsigned i = 0; i < 2 * 2 * 4 * COUNT(values); i++) {
    unsigned index = i, value = pick(&index, COUNT(values)), stack = pick(&index, 2), other = pick(&index, 2);
    unsigned ring = pick(&index, 4);
    struct iret_frame frame = iret_frame_to(ring);
    struct attempt attempt;
    if (!trial_open("iret.pointer")) continue;
    output_add(" ring=0 target=%u other-size=%u %s=%p", ring, other, stack ? "sp" : "ip",
               (void *)(uintptr_t)values[value]);
    if (other) frame.cs = tables_other_code(ring);
    if (stack)
      frame.sp |= (uintptr_t)values[value];
    else
      frame.ip |= (uintptr_t)values[value];
    attempt = iret_start(0, &frame);
    trial_run(&attempt, frame.width);
  }
}

/* The frame against the limit of the stack's segment, in ring 3 and back to it. */
static void stack_limits(void) {
  for (unsigned i = 0; i < 2 * 26; i++) {
    unsigned index = i, missing = pick(&index, 26), wide = pick(&index, 2);
    struct iret_frame frame = iret_frame_to(3);
    struct attempt attempt;
    frame.width = wide ? sizeof(uintptr_t) : 2;
    if (!trial_open("iret.limit")) continue;
    output_add(" ring=3 width=%u missing=%u", frame.width, missing);
    attempt = iret_start(3, &frame);
    *tables_slot(SELECTOR_A) = descriptor(ACCESS_PRESENT | ACCESS_DPL(3) | TYPE_DATA, DESCRIPTOR_BIG, 0,
                                          (uint32_t)(attempt.sp + 5 * frame.width - 1 - missing));
    attempt.ss = SELECTOR_A | 3;
    trial_run(&attempt, frame.width);
  }
}

/* A data segment of every kind, DPL and register on the way to each outer ring: whether it is nulled. */
static void data_segments(void) {
  static const uint8_t types[] = { TYPE_DATA, TYPE_DATA | 4, TYPE_CODE, TYPE_CODE | 4 };
  for (unsigned i = 0; i < SEG_COUNT * COUNT(types) * 4 * 4 * 2; i++) {
    unsigned index = i, segment = pick(&index, SEG_COUNT), type = types[pick(&index, COUNT(types))];
    unsigned dpl = pick(&index, 4), target = pick(&index, 4), rpl = pick(&index, 2) * 3;
    struct iret_frame frame = iret_frame_to(target);
    struct attempt attempt;
    if (rpl > dpl && (type & 0xc) != 0xc) continue; /* cannot be loaded */
    if (!trial_open("iret.data")) continue;
    output_add(" ring=0 target=%u %s type=%x dpl=%u rpl=%u", target, trial_segment_names[segment], type, dpl,
               rpl);
    *tables_slot(SELECTOR_A) = descriptor_flat(ACCESS_PRESENT | ACCESS_DPL(dpl) | type);
    attempt = iret_start(0, &frame);
    attempt.segment[segment] = SELECTOR_A | rpl;
    trial_run(&attempt, frame.width);
  }
}

void group_iret_state(void) {
  flags();
  other_returns();
  if (LONG_MODE)
    pointers();
  else {
    virtual_8086();
    stack_limits();
  }
  data_segments();
}

/* IRET: the flags that it pops, and what they lead to. */
#include "bits.h"
#include "groups.h"
#include "returns.h"

TRY(iret);

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
    struct return_frame frame = return_frame_to(BY_IRET, ring);
    struct attempt attempt;
    frame.width = pick(&index, 2) ? 2 : sizeof(uintptr_t);
    if ((1u << bit & (FLAGS_VM | FLAGS_TF | FLAGS_NT)) || !trial_open("iret.flags")) continue;
    output_add(" ring=%u iopl=%u width=%u was=%u popped=%x", ring, iopl, frame.width, was, 1u << bit);
    frame.flags = was ? (all & ~(1u << bit)) | (iopl << 12 & ~(1u << bit)) : 1u << bit;
    attempt = return_start(ring, &frame);
    attempt.flags = FLAGS_FIXED | iopl << 12 | (was ? all : 0);
    trial_run(&attempt, frame.width);
  }
}

/* NT asks for the return to another task, which IA-32e mode refuses; VM asks for virtual-8086 mode. */
static void other_returns(void) {
  static const uint32_t set[] = { 0, FLAGS_VM };
  for (unsigned i = 0; i < 2 * 2 * 4 * 4; i++) {
    unsigned index = i, nested = pick(&index, 2), vm = set[pick(&index, 2)], ring = pick(&index, 4);
    struct return_frame frame = return_frame_to(BY_IRET, pick(&index, 4));
    struct attempt attempt;
    /* From ring 0 of 32-bit mode both are done, in trials of their own. */
    if (!LONG_MODE && (nested || (vm && ring == 0))) continue;
    if (!trial_open("iret.other")) continue;
    output_add(" ring=%u target=%u nt=%u vm=%x", ring, (unsigned)frame.cs & 3, nested, vm);
    frame.flags |= vm;
    attempt = return_start(ring, &frame);
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
    attempt = trial_start(ring, try_iret);
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

void group_iret(void) {
  flags();
  other_returns();
  if (!LONG_MODE) virtual_8086();
}

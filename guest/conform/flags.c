/* CLI, STI, PUSHF and POPF: which flags change for whom. */
#include "bits.h"
#include "groups.h"
#include "trial.h"

#define FLAGS_OTHERS 0x244ed7 /* all but TF, IOPL, RF, VM, VIF and VIP */

static const struct instruction instructions[] = {
  { INSTRUCTION("cli", "\xfa"), 0, 0 },
  { INSTRUCTION("sti", "\xfb"), 0, 0 },
  { INSTRUCTION("pushf", "\x9c\x59"), 0, 0 }, /* and POP CX */
  { INSTRUCTION("pushf-other", "\x66\x9c\x66\x59"), 0, 0 },
};

static void interrupt_flag(void) {
  for (unsigned i = 0; i < COUNT(instructions) * 4 * 4 * 2 * 2; i++) {
    unsigned index = i, ring = pick(&index, 4), iopl = pick(&index, 4), set = pick(&index, 2);
    unsigned other = pick(&index, 2);
    const struct instruction *instruction = &instructions[index];
    struct attempt attempt;
    if (!trial_open("flags.if")) continue;
    output_add(" %s ring=%u iopl=%u other-size=%u set=%u", instruction->name, ring, iopl, other, set);
    attempt = trial_start(ring, trial_place(instruction));
    attempt.flags |= iopl << 12 | (set ? FLAGS_OTHERS : 0);
    if (other) attempt.cs = tables_other_code(ring);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

/* One flag at a time, from a state in which it was clear, and from one in which it was set. */
static void popped(void) {
  static const struct instruction pops[] = { { INSTRUCTION("popf", "\x9d"), 0, 0 },
                                             { INSTRUCTION("popf-other", "\x66\x9d"), 0, 0 } };
  for (unsigned i = 0; i < COUNT(pops) * 22 * 2 * 4 * 4; i++) {
    unsigned index = i, bit = pick(&index, 22), set = pick(&index, 2), ring = pick(&index, 4);
    unsigned iopl = pick(&index, 4), all = FLAGS_OTHERS;
    const struct instruction *pop = &pops[index];
    struct attempt attempt;
    if ((1u << bit & FLAGS_TF) || !trial_open("flags.popf")) continue;
    output_add(" %s ring=%u iopl=%u set=%u popped=%x", pop->name, ring, iopl, set, 1u << bit);
    attempt = trial_start(ring, trial_place(pop));
    attempt.flags |= iopl << 12 | (set ? all : 0);
    trial_push(&attempt, sizeof(uintptr_t), set ? (all | iopl << 12) & ~(1u << bit) : 1u << bit);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

void group_flags(void) {
  interrupt_flag();
  popped();
}

/* Alignment checks: which accesses of which ring, with CR0.AM and EFLAGS.AC. */
#include "bits.h"
#include "groups.h"
#include "instructions.h"
#include "registers.h"
#include "text.h"
#include "trial.h"

#define AX (1 << REG_AX)

/* The memory operand is (DI), (SI) is aligned; the stack is as far from aligned as (DI). */
static const struct instruction instructions[] = {
  { INSTRUCTION("read8", "\x8a\x07"), AX, 0 },
  { INSTRUCTION("read16", "\x66\x8b\x07"), AX, 0 },
  { INSTRUCTION("read32", "\x8b\x07"), AX, 0 },
  { INSTRUCTION("write16", "\x66\x89\x07"), 0, 0 },
  { INSTRUCTION("write32", "\x89\x07"), 0, 0 },
  { INSTRUCTION("add32", "\x01\x07"), 0, 0 },
  { INSTRUCTION("xchg32", "\x87\x07"), AX, 0 },
  { INSTRUCTION("lea", "\x8d\x07"), AX, 0 },
  { INSTRUCTION("bts32", "\x0f\xab\x07"), 0, 0 },
  { INSTRUCTION("movs32", "\xa5"), 0, 0 },
  { INSTRUCTION("stos16", "\x66\xab"), 0, 0 },
  { INSTRUCTION("push", "\x50"), 0, 0 },
  { INSTRUCTION("pop", "\x58"), AX, 0 },
  { INSTRUCTION("call", "\xe8\x00\x00\x00\x00"), 0, 0 },
  { INSTRUCTION("enter", "\xc8\x00\x00\x00"), 0, 0 },
  { INSTRUCTION("pushf", "\x9c"), 0, 0 },
  { INSTRUCTION("popf", "\x9d"), 0, 0 },
  { INSTRUCTION("mov-es", "\x8e\x07"), 0, 0 },
  { INSTRUCTION("lar", "\x0f\x02\x07"), AX, 0 },
  { INSTRUCTION("sgdt", "\x0f\x01\x07"), 0, 0 },
  { INSTRUCTION("fld32", "\xd9\x07"), 0, 0 },
  { INSTRUCTION("fld64", "\xdd\x07"), 0, 0 },
  { INSTRUCTION("fld80", "\xdb\x2f"), 0, 0 },
  { INSTRUCTION("fldcw", "\xd9\x2f"), 0, 0 },
#if LONG_MODE
  { INSTRUCTION("read64", "\x48\x8b\x07"), AX, 0 },
  { INSTRUCTION("write64", "\x48\x89\x07"), 0, 0 },
#endif
};

void group_alignment(void) {
  for (unsigned i = 0; i < COUNT(instructions) * 8 * 2 * 2 * 4; i++) {
    unsigned index = i, which = pick(&index, COUNT(instructions)), off = pick(&index, 8),
             am = pick(&index, 2);
    unsigned ac = pick(&index, 2), ring = pick(&index, 4);
    if ((ring != 3 || !am || !ac) && off % 3) continue;
    if (!trial_open("alignment")) continue;
    output_add(" %s off=%u am=%u ac=%u ring=%u", instructions[which].name, off, am, ac, ring);
    struct attempt attempt = trial_start(ring, trial_place(&instructions[which]));
    attempt.flags |= ac ? FLAGS_AC : 0;
    attempt.sp -= 32 - off;
    attempt.reg[REG_DI] = STAGE_OPERAND + off;
    attempt.reg[REG_SI] = STAGE_OPERAND + 0x100;
    attempt.ignored = instructions[which].ignored;
    memset((void *)STAGE_OPERAND, 0, 32);
    memset((void *)attempt.sp, 0, 32 - off);
    for (unsigned word = 0; word < 3; word++)
      *(volatile uintptr_t *)(attempt.sp + word * sizeof(uintptr_t)) = FLAGS_FIXED;
    registers_reset();
    write_cr0(CR0_BASE | (am ? CR0_AM : 0));
    __asm__ volatile("fninit");
    trial_make_system(&attempt);
    output_line();
  }
}

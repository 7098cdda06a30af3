/* Memory at addresses that are not canonical: which exception each kind of access raises, in 64-bit code. */
#include "groups.h"
#include "trial.h"

/* RDI, RBP and RSP hold the address. */
static const struct instruction instructions[] = {
  { INSTRUCTION("read", "\x8a\x07"), 1 << REG_AX, 0 },
  { INSTRUCTION("write", "\x88\x07"), 0, 0 },
  { INSTRUCTION("modify", "\x80\x27\xff"), 0, 0 },
  { INSTRUCTION("read-rbp", "\x8a\x45\x00"), 1 << REG_AX, 0 },
  { INSTRUCTION("write-rbp", "\x88\x45\x00"), 0, 0 },
  { INSTRUCTION("read-rsp", "\x8a\x04\x24"), 1 << REG_AX, 0 },
  { INSTRUCTION("read-rdi-ss", "\x36\x8a\x07"), 1 << REG_AX, 0 },
  { INSTRUCTION("read-rbp-ds", "\x3e\x8a\x45\x00"), 1 << REG_AX, 0 },
  { INSTRUCTION("read-rdi-fs", "\x64\x8a\x07"), 1 << REG_AX, 0 },
  { INSTRUCTION("push", "\x50"), 0, 0 },
  { INSTRUCTION("pop", "\x58"), 0, 0 },
  { INSTRUCTION("jmp", "\xff\xe7"), 0, 0 },
  { INSTRUCTION("call", "\xff\xd7"), 0, 0 },
  { INSTRUCTION("ret", "\xc3"), 0, 0 },
  { INSTRUCTION("leave", "\xc9"), 0, 0 },
  { INSTRUCTION("enter", "\xc8\x00\x00\x00"), 0, 0 },
  { INSTRUCTION("stos", "\xaa"), 0, 0 },
  { INSTRUCTION("movs", "\xa4"), 0, 0 },
};

void group_canonical(void) {
  static const uint64_t values[] = { 0x0000800000000000u, 0x00007ffffffffffcu, 0xffff7ffffffffffcu,
                                     0x8000000000000000u, 0x0100000000000000u, 0xfeff800000001000u };
  if (!LONG_MODE) return;
  for (unsigned i = 0; i < COUNT(instructions) * COUNT(values) * 4; i++) {
    unsigned index = i, value = pick(&index, COUNT(values)), ring = pick(&index, 4);
    struct attempt attempt;
    if (!trial_open("canonical.access")) continue;
    output_add(" %s ring=%u address=%p", instructions[index].name, ring, (void *)(uintptr_t)values[value]);
    attempt = trial_start(ring, trial_place(&instructions[index]));
    attempt.ignored = instructions[index].ignored;
    attempt.reg[REG_DI] = attempt.reg[REG_BP] = attempt.sp = (uintptr_t)values[value];
    attempt.reg[REG_SI] = STAGE_OPERAND;
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

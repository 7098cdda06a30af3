/* Virtual-8086 mode: what IOPL lets it do itself, what it may never do, and the ways out of it. */
#include "bits.h"
#include "groups.h"
#include "text.h"
#include "trial.h"

/* Memory is at DS:BX and DS:DI: STAGE_OPERAND. On the stack stands a frame that leads IRET to STAGE_ARRIVE;
 * what POPF takes is its first word. */
static const struct instruction instructions[] = {
  { INSTRUCTION("cli", "\xfa"), 0, 0 },
  { INSTRUCTION("sti", "\xfb"), 0, 0 },
  { INSTRUCTION("pushf", "\x9c\x59"), 0, 0 },
  { INSTRUCTION("pushfd", "\x66\x9c\x66\x59"), 0, 0 },
  { INSTRUCTION("popf", "\x9d"), 0, 0 },
  { INSTRUCTION("popfd", "\x66\x9d"), 0, 0 },
  { INSTRUCTION("iret", "\xcf"), 0, 0 },
  { INSTRUCTION("iretd", "\x66\xcf"), 0, 0 },
  { INSTRUCTION("retf", "\xcb"), 0, 0 },
  { INSTRUCTION("int3", "\xcc"), 0, 0 },
  { INSTRUCTION("int1", "\xf1"), 0, 0 },
  { INSTRUCTION("into", "\xce"), 0, 0 },
  { INSTRUCTION("ud2", "\x0f\x0b"), 0, 0 },
  { INSTRUCTION("hlt", "\xf4"), 0, 0 },
  { INSTRUCTION("clts", "\x0f\x06"), 0, 0 },
  { INSTRUCTION("invd", "\x0f\x08"), 0, 0 },
  { INSTRUCTION("wbinvd", "\x0f\x09"), 0, 0 },
  { INSTRUCTION("invlpg", "\x0f\x01\x3f"), 0, 0 },
  { INSTRUCTION("lgdt", "\x0f\x01\x17"), 0, 0 },
  { INSTRUCTION("lidt", "\x0f\x01\x1f"), 0, 0 },
  { INSTRUCTION("lmsw", "\x0f\x01\xf0"), 0, 0 },
  { INSTRUCTION("smsw", "\x0f\x01\xe1"), 0, 0 },
  { INSTRUCTION("sldt", "\x0f\x00\xc1"), 0, 0 },
  { INSTRUCTION("str", "\x0f\x00\xc9"), 0, 0 },
  { INSTRUCTION("lldt", "\x0f\x00\xd0"), 0, 0 },
  { INSTRUCTION("ltr", "\x0f\x00\xd8"), 0, 0 },
  { INSTRUCTION("verr", "\x0f\x00\xe0"), 0, 0 },
  { INSTRUCTION("lar", "\x0f\x02\xc8"), 0, 0 },
  { INSTRUCTION("lsl", "\x0f\x03\xc8"), 0, 0 },
  { INSTRUCTION("arpl", "\x63\xc8"), 0, 0 },
  { INSTRUCTION("rdmsr", "\x0f\x32"), 0, 0 },
  { INSTRUCTION("wrmsr", "\x0f\x30"), 0, 0 },
  { INSTRUCTION("from-cr0", "\x0f\x20\xc1"), 0, 0 },
  { INSTRUCTION("to-cr0", "\x0f\x22\xc1"), 0, 0 },
  { INSTRUCTION("from-dr0", "\x0f\x21\xc1"), 0, 0 },
  { INSTRUCTION("to-dr7", "\x0f\x23\xf9"), 0, 0 },
  { INSTRUCTION("sysexit", "\x0f\x35"), 0, 0 },
  { INSTRUCTION("mov-es", "\x8e\xc0"), 0, 0 },
  { INSTRUCTION("mov-gs", "\x8e\xe8"), 0, 0 },
  { INSTRUCTION("pop-ds", "\x1f"), 0, 0 },
  { INSTRUCTION("les", "\xc4\x0f"), 0, 0 },
  { INSTRUCTION("jmp-far", "\xea\x00\x90\x00\x00"), 0, 0 },
  { INSTRUCTION("jmp-far-base", "\xea\x00\x10\x00\x08"), 0, 0 },
  { INSTRUCTION("call-far", "\x9a\x00\x90\x00\x00"), 0, 0 },
  { INSTRUCTION("call-far-memory", "\xff\x1f"), 0, 0 },
  { INSTRUCTION("jmp-far-32", "\x66\xea\x00\x00\x01\x00\x00\x00"), 0, 0 },
};

static struct attempt start(const struct instruction *instruction, unsigned iopl) {
  struct attempt attempt = trial_start(3, trial_place(instruction));
  attempt.cs = attempt.ss = 0;
  for (unsigned i = 0; i < SEG_COUNT; i++)
    attempt.segment[i] = 0;
  attempt.flags |= FLAGS_VM | iopl << 12;
  return attempt;
}

static void every_instruction(void) {
  static const uint16_t pointer[] = { STAGE_ARRIVE, 0 };
  for (unsigned i = 0; i < COUNT(instructions) * 4 * 2; i++) {
    unsigned index = i, iopl = pick(&index, 4), set = pick(&index, 2);
    const struct instruction *instruction = &instructions[index];
    unsigned width = instruction->bytes[0] == 0x66 ? 4 : 2;
    struct attempt attempt;
    if (!trial_open("v86.instruction")) continue;
    output_add(" %s iopl=%u flags=%u", instruction->name, iopl, set);
    attempt = start(instruction, iopl);
    memcpy((void *)STAGE_OPERAND, pointer, sizeof pointer);
    if (set) attempt.flags |= 0xcd5;
    trial_push(&attempt, width, 0x3fd7 & ~(unsigned)FLAGS_TF);
    trial_push(&attempt, width, 0);
    trial_push(&attempt, width, STAGE_ARRIVE);
    attempt.reg[REG_AX] = 0x123;
    attempt.reg[REG_BX] = attempt.reg[REG_DI] = STAGE_OPERAND;
    trial_run(&attempt, width);
  }
}

/* INT n: IOPL, the gate, and its target, which has to be ring 0 without conforming. */
static void interrupts(void) {
  static const struct instruction tried = { INSTRUCTION("int", "\xcd\x40"), 0, 0 };
  for (unsigned i = 0; i < 4 * 4 * GATE_TYPES * 16; i++) {
    unsigned index = i, iopl = pick(&index, 4), dpl = pick(&index, 4),
             type = gate_types[pick(&index, GATE_TYPES)];
    unsigned target = pick(&index, 4), conforming = pick(&index, 2), present = index;
    struct attempt attempt;
    if (!trial_open("v86.int")) continue;
    output_add(" iopl=%u type=%x dpl=%u target=%u conforming=%u present=%u", iopl, type, dpl, target,
               conforming, present);
    attempt = start(&tried, iopl);
    *tables_slot(SELECTOR_A) =
        descriptor_flat(present << 7 | ACCESS_DPL(target) | TYPE_CODE | conforming << 2);
    tables_set_gate(VECTOR_TRIED, ACCESS_PRESENT | ACCESS_DPL(dpl) | type, SELECTOR_A, STAGE_ARRIVE, 0);
    attempt.segment[SEG_DS] = 0x1111;
    attempt.segment[SEG_GS] = 0x2222;
    trial_run(&attempt, type & 8 ? 4 : 2);
  }
}

/* The bitmap decides, whatever IOPL is. */
static void ports(void) {
  static const struct instruction uses[] = { { INSTRUCTION("out8", "\xee"), 0, 0 },
                                             { INSTRUCTION("out16", "\xef"), 0, 0 },
                                             { INSTRUCTION("in8", "\xec"), 1 << REG_AX, 0 },
                                             { INSTRUCTION("outs8", "\x6e"), 0, 0 } };
  for (unsigned i = 0; i < COUNT(uses) * 4 * 4; i++) {
    unsigned index = i, iopl = pick(&index, 4), denied = pick(&index, 4);
    struct attempt attempt;
    if (!trial_open("v86.port")) continue;
    output_add(" %s iopl=%u denied=%x", uses[index].name, iopl, 0xe0 + denied);
    attempt = start(&uses[index], iopl);
    tables_deny_port(0xe0 + denied);
    tables_set_io_bitmap(TSS_BITMAP);
    attempt.ignored = uses[index].ignored;
    attempt.reg[REG_DX] = 0xe0;
    attempt.reg[REG_SI] = STAGE_OPERAND;
    trial_run(&attempt, 2);
  }
}

void group_virtual_8086(void) {
  if (LONG_MODE) return;
  every_instruction();
  interrupts();
  ports();
}

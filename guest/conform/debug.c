/* Debug exceptions: breakpoints on data, instructions and ports, single-stepping, general detect. */
#include "bits.h"
#include "groups.h"
#include "instructions.h"
#include "registers.h"
#include "text.h"
#include "trial.h"

#define WATCHED (STAGE_OPERAND + 16)
#define PORT 0xe0 /* from there to 0xe8 a PC has nothing */
#define AX (1 << REG_AX)

enum condition { ON_EXECUTION, ON_WRITE, ON_PORT, ON_ACCESS };

static const uint8_t lengths[] = { 0, 1, 3, 2 }; /* LEN of 1, 2, 4 and, in 64-bit mode, 8 bytes */
#define LENGTHS (LONG_MODE ? 4 : 3)

static uint32_t enabled(unsigned number, enum condition condition, unsigned length) {
  return 2u << 2 * number | (uint32_t)(condition | lengths[length] << 2) << (16 + 4 * number);
}

/* The memory operand is (DI); string instructions have SI elsewhere. */
static const struct instruction accesses[] = {
  { INSTRUCTION("read8", "\x8a\x07"), AX, 0 },      { INSTRUCTION("read16", "\x66\x8b\x07"), AX, 0 },
  { INSTRUCTION("read32", "\x8b\x07"), AX, 0 },     { INSTRUCTION("write8", "\x88\x07"), 0, 0 },
  { INSTRUCTION("write16", "\x66\x89\x07"), 0, 0 }, { INSTRUCTION("write32", "\x89\x07"), 0, 0 },
  { INSTRUCTION("add32", "\x01\x07"), 0, 0 },       { INSTRUCTION("push", "\xff\x37"), 0, 0 },
  { INSTRUCTION("movs32", "\xa5"), 0, 0 },
#if LONG_MODE
  { INSTRUCTION("read64", "\x48\x8b\x07"), AX, 0 }, { INSTRUCTION("write64", "\x48\x89\x07"), 0, 0 },
#endif
};

/* Breakpoint 0 and DR7; the rest as usual. */
static void make(const struct instruction *instruction, struct attempt *attempt, uintptr_t address,
                 uint32_t dr7) {
  attempt->ip = (uintptr_t)trial_place(instruction);
  attempt->ignored = instruction->ignored;
  registers_set_breakpoint(0, address);
  registers_enable_breakpoints(dr7);
  trial_make_system(attempt);
  output_line();
}

static struct attempt access_start(unsigned ring, uintptr_t operand) {
  struct attempt attempt = trial_start(ring, NULL);
  attempt.reg[REG_DI] = operand;
  attempt.reg[REG_SI] = STAGE_OPERAND + 0x100;
  memset((void *)STAGE_OPERAND, 0x55, 64);
  memset((void *)(STAGE_OPERAND + 0x100), 0x55, 64);
  return attempt;
}

/* Every kind of access at every place around a watched range. */
static void data(void) {
  for (unsigned i = 0; i < COUNT(accesses) * 2 * LENGTHS * 17 * 2; i++) {
    unsigned index = i, access = pick(&index, COUNT(accesses)), reads = pick(&index, 2);
    unsigned length = pick(&index, LENGTHS), offset = pick(&index, 17), ring = pick(&index, 2) * 3;
    if (!trial_open("debug.data")) continue;
    output_add(" %s on=%s length=%u offset=%u ring=%u", accesses[access].name, reads ? "access" : "write",
               lengths[length], offset, ring);
    struct attempt attempt = access_start(ring, WATCHED - 8 + offset);
    registers_reset();
    make(&accesses[access], &attempt, WATCHED, enabled(0, reads ? ON_ACCESS : ON_WRITE, length));
  }
}

/* The low bits of the address do not count. */
static void aligned(void) {
  for (unsigned i = 0; i < LENGTHS * 8 * 16; i++) {
    unsigned index = i, length = pick(&index, LENGTHS), low = pick(&index, 8), offset = pick(&index, 16);
    static const struct instruction write = { INSTRUCTION("write8", "\x88\x07"), 0, 0 };
    if (!trial_open("debug.aligned")) continue;
    output_add(" length=%u address=%u offset=%u", lengths[length], low, offset);
    struct attempt attempt = access_start(3, WATCHED + offset);
    registers_reset();
    make(&write, &attempt, WATCHED + low, enabled(0, ON_WRITE, length));
  }
}

/* L and G of each of four one-byte breakpoints side by side, all of which one write covers; LE, GE. */
static void enables(void) {
  static const struct instruction write = { INSTRUCTION("write32", "\x89\x07"), 0, 0 };
  for (unsigned bits = 0; bits < 0x400; bits += bits < 0x100 ? 1 : 0x11) {
    uint32_t dr7 = bits;
    if (!trial_open("debug.enable")) continue;
    output_add(" bits=%x", bits);
    struct attempt attempt = access_start(3, WATCHED);
    registers_reset();
    for (unsigned number = 0; number < 4; number++) {
      registers_set_breakpoint(number, WATCHED + number);
      dr7 |= (uint32_t)ON_WRITE << (16 + 4 * number);
    }
    make(&write, &attempt, WATCHED, dr7);
  }
}

/* At the instruction and beside it, with RF and TF. */
static void execution(void) {
  static const struct instruction nop = { INSTRUCTION("nop", "\x66\x90"), 0, 0 };
  for (unsigned i = 0; i < 4 * 3 * 2 * 2; i++) {
    unsigned index = i, ring = pick(&index, 4), offset = pick(&index, 3), rf = pick(&index, 2);
    unsigned tf = pick(&index, 2);
    if (!trial_open("debug.execution")) continue;
    output_add(" ring=%u offset=%u rf=%u tf=%u", ring, offset, rf, tf);
    struct attempt attempt = trial_start(ring, NULL);
    if (rf) attempt.flags |= FLAGS_RF;
    if (tf) attempt.flags |= FLAGS_TF;
    registers_reset();
    make(&nop, &attempt, (uintptr_t)trial_place(&nop) - 1 + offset, enabled(0, ON_EXECUTION, 0));
  }
}

/* AX has the stack's selector; (DI), too. */
static const struct instruction stepped[] = {
  { INSTRUCTION("nop", "\x90"), 0, 0 },
  { INSTRUCTION("mov-ss", "\x8e\xd0\x90"), 0, 0 },
  { INSTRUCTION("mov-ss-memory", "\x8e\x17\x90"), 0, 0 },
  { INSTRUCTION("mov-ds", "\x8e\xd8"), 0, 0 },
  { INSTRUCTION("sti", "\xfb"), 0, 0 },
  { INSTRUCTION("cli", "\xfa"), 0, 0 },
  { INSTRUCTION("pushf", "\x9c"), 0, 0 },
  { INSTRUCTION("pushf-popf", "\x9c\x9d"), 0, 0 },
  { INSTRUCTION("push", "\x50"), 0, 0 },
  { INSTRUCTION("ud2", "\x0f\x0b"), 0, 0 },
  { INSTRUCTION("jmp", "\xeb\x00"), 0, 0 },
  { INSTRUCTION("rep-stosb", "\xf3\xaa"), 0, 0 },
  { INSTRUCTION("cpuid", "\x0f\xa2"), 0xff, 0 },
  { INSTRUCTION("int1", "\xf1"), 0, 0 },
  { INSTRUCTION("write-nop", "\x66\x89\x07\x90"), 0, 0 },
};

/* Single-stepping, with a breakpoint on (DI) as well and without. */
static void steps(void) {
  for (unsigned i = 0; i < COUNT(stepped) * 2 * 2 * 2; i++) {
    unsigned index = i, which = pick(&index, COUNT(stepped)), ring = pick(&index, 2) * 3,
             tf = pick(&index, 2);
    unsigned watched = pick(&index, 2);
    if (!trial_open("debug.step")) continue;
    output_add(" %s ring=%u tf=%u watched=%u", stepped[which].name, ring, tf, watched);
    struct attempt attempt = access_start(ring, WATCHED);
    attempt.flags |= FLAGS_IOPL | (tf ? FLAGS_TF : 0);
    attempt.reg[REG_AX] = attempt.ss;
    attempt.reg[REG_CX] = 3;
    *(volatile uint16_t *)WATCHED = (uint16_t)attempt.ss;
    registers_reset();
    make(&stepped[which], &attempt, WATCHED, watched ? enabled(0, ON_ACCESS, 1) : 0);
  }
}

/* Which repetition is met; forwards and backwards. */
static void strings(void) {
  static const struct instruction set[] = {
    { INSTRUCTION("stosb", "\xf3\xaa"), 0, 0 },
    { INSTRUCTION("movsb", "\xf3\xa4"), 0, 0 },
    { INSTRUCTION("lodsb", "\xf3\xac"), AX, 0 },
    { INSTRUCTION("scasb", "\xf2\xae"), 0, 0 },
  };
  for (unsigned i = 0; i < COUNT(set) * 6 * 2 * 2; i++) {
    unsigned index = i, which = pick(&index, COUNT(set)), offset = pick(&index, 6), down = pick(&index, 2);
    unsigned counted = pick(&index, 2) * 4;
    if (!trial_open("debug.string")) continue;
    output_add(" %s offset=%u down=%u count=%u", set[which].name, offset, down, counted);
    struct attempt attempt = access_start(3, down ? WATCHED + 3 : WATCHED);
    if (which == 2) attempt.reg[REG_SI] = attempt.reg[REG_DI];
    if (down) attempt.flags |= FLAGS_DF;
    attempt.reg[REG_AX] = 0x77; /* nowhere there */
    attempt.reg[REG_CX] = counted;
    registers_reset();
    make(&set[which], &attempt, WATCHED + offset, enabled(0, ON_ACCESS, 0));
  }
}

/* The port in DX; CR4.DE. */
static void ports(void) {
  static const struct instruction set[] = {
    { INSTRUCTION("out8", "\xee"), 0, 0 },      { INSTRUCTION("out16", "\x66\xef"), 0, 0 },
    { INSTRUCTION("out32", "\xef"), 0, 0 },     { INSTRUCTION("in8", "\xec"), AX, 0 },
    { INSTRUCTION("in16", "\x66\xed"), AX, 0 }, { INSTRUCTION("in32", "\xed"), AX, 0 },
    { INSTRUCTION("outs8", "\x6e"), 0, 0 },     { INSTRUCTION("rep-outs8", "\xf3\x6e"), 0, 0 },
  };
  for (unsigned i = 0; i < COUNT(set) * 6 * 3; i++) {
    unsigned index = i, which = pick(&index, COUNT(set)), offset = pick(&index, 6), length = pick(&index, 3);
    if (!trial_open("debug.port")) continue;
    output_add(" %s offset=%u length=%u", set[which].name, offset, lengths[length]);
    struct attempt attempt = access_start(0, WATCHED);
    attempt.reg[REG_DX] = PORT + offset;
    attempt.reg[REG_CX] = 2;
    registers_reset();
    write_cr4(CR4_BASE | CR4_DE);
    make(&set[which], &attempt, PORT + 4, enabled(0, ON_PORT, length));
  }
}

/* MOV DR7 that sets GD, and MOV from or to any of them behind it. */
static void detect(void) {
  for (unsigned i = 0; i < 8 * 2; i++) {
    unsigned index = i, number = pick(&index, 8), load = pick(&index, 2);
    char bytes[] = { 0x0f, 0x23, (char)0xf9, 0x0f, (char)(0x21 | load << 1), (char)(0xc2 | number << 3) };
    const struct instruction both = { "", bytes, sizeof bytes, 0, 0 };
    if (!trial_open("debug.detect")) continue;
    output_add(" %s dr%u", load ? "to" : "from", number);
    struct attempt attempt = trial_start(0, NULL);
    attempt.reg[REG_CX] = 0x2400;
    attempt.reg[REG_DX] = number & 1 ? 0x400 : 0xffff0ff0;
    registers_reset();
    make(&both, &attempt, 0, 0);
  }
}

void group_debug(void) {
  data();
  aligned();
  enables();
  execution();
  steps();
  strings();
  ports();
  detect();
}

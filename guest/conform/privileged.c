/* Instructions that not every ring may execute, or not with every CR4, in every ring and code size. */
#include "bits.h"
#include "groups.h"
#include "instructions.h"
#include "registers.h"
#include "text.h"
#include "trial.h"

#define AX_DX (1 << REG_AX | 1 << REG_DX)

/* Memory operands are (BX), (EDI) or (RDI): STAGE_OPERAND. Registers: AX to CX, ECX as below. */
static const struct instruction both[] = {
  { INSTRUCTION("cli", "\xfa"), 0, 0 },
  { INSTRUCTION("sti", "\xfb"), 0, 0 },
  { INSTRUCTION("hlt", "\xf4"), 0, 0 },
  { INSTRUCTION("clts", "\x0f\x06"), 0, 0 },
  { INSTRUCTION("invd", "\x0f\x08"), 0, 0 },
  { INSTRUCTION("wbinvd", "\x0f\x09"), 0, 0 },
  { INSTRUCTION("invlpg", "\x0f\x01\x3f"), 0, 0 },
  { INSTRUCTION("rdmsr", "\x0f\x32"), 0, 0 },
  { INSTRUCTION("wrmsr", "\x0f\x30"), 0, 0 },
  { INSTRUCTION("rdpmc", "\x0f\x33"), 0, CR4_PCE },
  { INSTRUCTION("rdtsc", "\x0f\x31"), AX_DX, CR4_TSD },
  { INSTRUCTION("rsm", "\x0f\xaa"), 0, 0 },
  { INSTRUCTION("xgetbv", "\x0f\x01\xd0"), 0, 0 },
  { INSTRUCTION("xsetbv", "\x0f\x01\xd1"), 0, 0 },
  { INSTRUCTION("lgdt", "\x0f\x01\x17"), 0, CR4_UMIP },
  { INSTRUCTION("lidt", "\x0f\x01\x1f"), 0, CR4_UMIP },
  { INSTRUCTION("sgdt", "\x0f\x01\x07"), 0, CR4_UMIP },
  { INSTRUCTION("sidt", "\x0f\x01\x0f"), 0, CR4_UMIP },
  { INSTRUCTION("smsw", "\x0f\x01\xe1"), 0, CR4_UMIP },
  { INSTRUCTION("smsw-memory", "\x0f\x01\x27"), 0, CR4_UMIP },
  { INSTRUCTION("lmsw", "\x0f\x01\xf0"), 0, CR4_UMIP },
  { INSTRUCTION("lmsw-memory", "\x0f\x01\x37"), 0, CR4_UMIP },
  { INSTRUCTION("sldt", "\x0f\x00\xc1"), 0, CR4_UMIP },
  { INSTRUCTION("sldt-memory", "\x0f\x00\x07"), 0, CR4_UMIP },
  { INSTRUCTION("str", "\x0f\x00\xc9"), 0, CR4_UMIP },
  { INSTRUCTION("str-memory", "\x0f\x00\x0f"), 0, CR4_UMIP },
  { INSTRUCTION("stac", "\x0f\x01\xcb"), 0, 0 },
  { INSTRUCTION("clac", "\x0f\x01\xca"), 0, 0 },
  { INSTRUCTION("lgdt-register", "\x0f\x01\xd3"), 0, 0 },
  { INSTRUCTION("invlpg-lock", "\xf0\x0f\x01\x3f"), 0, 0 },
  { INSTRUCTION("clts-lock", "\xf0\x0f\x06"), 0, 0 },
};

static const struct instruction wide[] = {
  { INSTRUCTION("rdfsbase", "\xf3\x48\x0f\xae\xc1"), 0, CR4_FSGSBASE },
  { INSTRUCTION("rdgsbase", "\xf3\x48\x0f\xae\xc9"), 0, CR4_FSGSBASE },
  { INSTRUCTION("wrfsbase", "\xf3\x48\x0f\xae\xd0"), 0, CR4_FSGSBASE },
  { INSTRUCTION("wrgsbase", "\xf3\x48\x0f\xae\xd8"), 0, CR4_FSGSBASE },
};

static uint8_t *const operand = (uint8_t *)STAGE_OPERAND;

/* What loads a table finds the one in force. */
static void operand_set(const struct instruction *instruction) {
  memset(operand, 0x55, 16);
  if (text_after(instruction->name, "lidt"))
    __asm__ volatile("sidt %0" : "=m"(*operand) : : "memory");
  else
    __asm__ volatile("sgdt %0" : "=m"(*operand) : : "memory");
}

/* What SGDT and its like store there. */
static void operand_tell(void) {
  for (unsigned i = 0; i < 16; i++)
    output_add(i == 0 ? " memory=%x%x" : "%x%x", operand[i] >> 4, operand[i] & 15);
}

/* CR0 has TS set, for CLTS and LMSW to change. */
static void make(const struct instruction *instruction, struct attempt *attempt, uint32_t cr4) {
  registers_reset();
  write_cr0(CR0_BASE | CR0_TS);
  write_cr4(CR4_BASE | cr4);
  attempt->ip = (uintptr_t)trial_place(instruction);
  attempt->ignored = instruction->ignored;
  trial_make_system(attempt);
}

/* HLT stops ring 0, and INVD may lose what a real machine's caches hold. */
static bool stops(const struct instruction *instruction, unsigned ring) {
  return ring == 0 && (text_equals(instruction->name, "hlt") || text_equals(instruction->name, "invd"));
}

static bool offered(uint32_t cr4) {
  return !(cr4 & (CR4_UMIP | CR4_FSGSBASE)) || registers_cr4_optional() & cr4;
}

static void instructions(const struct instruction *set, unsigned count) {
  for (unsigned i = 0; i < count * 4 * 2 * 2 * 2; i++) {
    unsigned index = i, ring = pick(&index, 4), iopl = pick(&index, 2) * 3, other = pick(&index, 2);
    unsigned enabled = pick(&index, 2);
    const struct instruction *instruction = &set[pick(&index, count)];
    struct attempt attempt = trial_start(ring, NULL);
    if ((enabled && !instruction->cr4) || stops(instruction, ring)) continue;
    if (!trial_open_if("privileged.instruction", !enabled || offered(instruction->cr4))) continue;
    output_add(" %s ring=%u iopl=%u other-size=%u enabled=%u", instruction->name, ring, iopl, other, enabled);
    operand_set(instruction);
    write_msr(MSR_SYSENTER_CS, 0x1234);
    if (other) attempt.cs = tables_other_code(ring);
    attempt.flags |= iopl << 12;
    attempt.reg[REG_BX] = attempt.reg[REG_DI] = STAGE_OPERAND;
    attempt.reg[REG_AX] = 0x8;
    attempt.reg[REG_CX] = MSR_SYSENTER_CS;
    make(instruction, &attempt, enabled ? instruction->cr4 : 0);
    operand_tell();
    output_line();
  }
}

/* What MOV loads: a value that is legal, and changes nothing that the guest stands on. */
static uintptr_t value_for(bool debug, unsigned number) {
  if (debug) return number < 4 ? 0x1000 * number : number & 1 ? 0x400 : 0xffff0ff1;
  switch (number) {
  case 0: return CR0_BASE | CR0_WP;
  case 3: return read_cr3();
  case 4: return CR4_BASE | CR4_DE;
  default: return 5;
  }
}

/* MOV from and to CR0 to CR15 and DR0 to DR15; with CR4.DE set DR4 and DR5 are gone. */
static void moves(void) {
  for (unsigned i = 0; i < 2 * 2 * 16 * 4 * 2 * 2; i++) {
    unsigned index = i, load = pick(&index, 2), debug = pick(&index, 2), number = pick(&index, 16);
    unsigned ring = pick(&index, 4), other = pick(&index, 2), extensions = pick(&index, 2);
    char bytes[] = { 0x44, 0x0f, (char)(0x20 | load << 1 | debug), (char)(0xc1 | (number & 7) << 3) };
    unsigned skipped = number < 8; /* REX.R */
    struct instruction instruction = { "", bytes + skipped, (uint8_t)(4 - skipped), 0, 0 };
    struct attempt attempt = trial_start(ring, NULL);
    if ((number >= 8 && (other || !LONG_MODE)) || (extensions && !debug) || !trial_open("privileged.move"))
      continue;
    output_add(" %s %s%u ring=%u other-size=%u extensions=%u", load ? "to" : "from", debug ? "dr" : "cr",
               number, ring, other, extensions);
    if (other) attempt.cs = tables_other_code(ring);
    attempt.reg[REG_CX] = load ? value_for(debug, number) : 0x5a5a5a5a;
    make(&instruction, &attempt, extensions ? CR4_DE : 0);
    output_line();
  }
}

void group_privileged(void) {
  instructions(both, COUNT(both));
  if (LONG_MODE) instructions(wide, COUNT(wide));
  moves();
}

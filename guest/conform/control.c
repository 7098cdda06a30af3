/* MOV to control and debug registers: every bit, and what may not go together. */
#include "bits.h"
#include "groups.h"
#include "instructions.h"
#include "pages.h"
#include "registers.h"
#include "trial.h"

#define WORD_BITS (8 * (unsigned)sizeof(uintptr_t))
#define DR7_GD (1u << 13)

static void load(bool debug, unsigned number, uintptr_t value) {
  char bytes[] = { 0x44, 0x0f, (char)(0x22 | debug), (char)(0xc1 | (number & 7) << 3) };
  unsigned skipped = number < 8; /* REX.R */
  struct instruction instruction = { "", bytes + skipped, (uint8_t)(4 - skipped), 0, 0 };
  struct attempt attempt = trial_start(0, trial_place(&instruction));
  if (LONG_MODE) trial_use_alias(&attempt);
  registers_reset();
  attempt.reg[REG_CX] = value;
  trial_make_system(&attempt);
  output_line();
}

/* Features that a profile of ours may lack where a processor has them; with them those bits are another
 * story. */
static bool cr4_bit_is_comparable(unsigned bit) {
  struct cpuid one = cpuid(1), seven = cpuid(7);
  switch (bit) {
  case 0:                               /* VME */
  case 1: return !(one.edx >> 1 & 1);   /* PVI */
  case 6: return !(one.edx >> 7 & 1);   /* MCE */
  case 13: return !(one.ecx >> 5 & 1);  /* VMXE */
  case 14: return !(one.ecx >> 6 & 1);  /* SMXE */
  case 17: return !(one.ecx >> 17 & 1); /* PCIDE */
  case 18: return !(one.ecx >> 26 & 1); /* OSXSAVE */
  case 22: return !(seven.ecx >> 3 & 1);
  case 23: return !(seven.ecx >> 7 & 1 || seven.edx >> 20 & 1); /* CET */
  case 24: return !(seven.ecx >> 31 & 1);                       /* PKS */
  case 25: return !(seven.edx >> 5 & 1);                        /* UINTR */
  case 11:
  case 12:
  case 20:
  case 21: return registers_cr4_optional() >> bit & 1;
  default: return true;
  }
}

/* In the 32-bit guest without paging to clear PE is legal, and to set PG has trials of its own. */
static bool cr0_can_be_loaded(uintptr_t value) {
  return value & CR0_PE ? LONG_MODE || !(value & CR0_PG) : (value & CR0_PG) != 0;
}

/* Another table would be another guest's. */
static bool cr3_can_be_loaded(uintptr_t value) {
  return !LONG_MODE || !((value ^ read_cr3()) & 0xfffffff000);
}

/* QEMU does not survive PG without PE, nor IA-32e mode without PG, nor the bits of CR4 that it does not know.
 */
static bool is_harsh(unsigned number, unsigned bit, uintptr_t value) {
  static const uint32_t known = CR4_FSGSBASE | CR4_SMEP | CR4_SMAP | 0x1fff;
  if (number == 0) return !(value & CR0_PE) || (LONG_MODE && !(value & CR0_PG));
  if (number == 3) return LONG_MODE && bit >= 40;
  return number == 4 && ((LONG_MODE && value == 0) || bit >= 32 || !(known >> bit & 1));
}

static void control_bits(void) {
  static const uint8_t numbers[] = { 0, 3, 4, 8 };
  for (unsigned i = 0; i < COUNT(numbers) * WORD_BITS; i++) {
    unsigned index = i, bit = pick(&index, WORD_BITS), number = numbers[index];
    uintptr_t value = (uintptr_t)1 << bit;
    if (number == 0) value ^= CR0_BASE;
    if (number == 3) value ^= read_cr3();
    if (number == 4) value ^= CR4_BASE;
    if ((number == 0 && !cr0_can_be_loaded(value)) || (number == 3 && !cr3_can_be_loaded(value))) continue;
    if (number == 8 && !LONG_MODE) continue;
    if (!trial_open_if("control.bit", (number != 4 || cr4_bit_is_comparable(bit)) &&
                                          (!is_harsh(number, bit, value) || trial_may_be_harsh())))
      continue;
    output_add(" cr%u bit=%u", number, bit);
    load(false, number, value);
  }
}

/* PE, NW, CD and PG in every legal and illegal company. */
static void control_combinations(void) {
  for (unsigned i = 0; i < 16; i++) {
    unsigned index = i;
    uintptr_t value = CR0_ET | CR0_NE;
    value |= (pick(&index, 2) ? CR0_PE : 0) | (pick(&index, 2) ? CR0_PG : 0);
    value |= (pick(&index, 2) ? CR0_CD : 0) | (pick(&index, 2) ? CR0_NW : 0);
    if (!cr0_can_be_loaded(value)) continue;
    if (!trial_open_if("control.combination", !is_harsh(0, 0, value) || trial_may_be_harsh())) continue;
    output_add(" cr0=%p", (void *)value);
    load(false, 0, value);
  }
}

static void debug_bits(void) {
  static const uint8_t numbers[] = { 0, 3, 6, 7 };
  for (unsigned i = 0; i < COUNT(numbers) * WORD_BITS; i++) {
    unsigned index = i, bit = pick(&index, WORD_BITS), number = numbers[index];
    uintptr_t value = (uintptr_t)1 << bit;
    if ((number == 7 && value == DR7_GD) || !trial_open("control.bit")) continue;
    output_add(" dr%u bit=%u", number, bit);
    load(true, number, value);
  }
}

void group_control(void) {
  control_bits();
  control_combinations();
  debug_bits();
}

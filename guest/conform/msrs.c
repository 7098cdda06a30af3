/* RDMSR and WRMSR: every bit of the MSRs that transitions use, and MSRs that do not exist. */
#include "bits.h"
#include "groups.h"
#include "instructions.h"
#include "trial.h"

static const struct instruction rdmsr = { INSTRUCTION("rdmsr", "\x0f\x32"), 0, 0 };
static const struct instruction wrmsr = { INSTRUCTION("wrmsr", "\x0f\x30"), 0, 0 };

static const struct msr {
  const char *name;
  uint32_t number;
} msrs[] = {
  { "efer", MSR_EFER },
  { "star", MSR_STAR },
  { "lstar", MSR_LSTAR },
  { "cstar", MSR_CSTAR },
  { "fmask", MSR_FMASK },
  { "fs-base", MSR_FS_BASE },
  { "gs-base", MSR_GS_BASE },
  { "kernel-gs-base", MSR_KERNEL_GS_BASE },
  { "tsc-aux", 0xc0000103 },
  { "sysenter-cs", MSR_SYSENTER_CS },
  { "sysenter-esp", MSR_SYSENTER_ESP },
  { "sysenter-eip", MSR_SYSENTER_EIP },
};

#define MSR_PAT 0x277

/* Tells what the MSR became, and gives it its old value back. */
static void write_attempt(uint32_t number, uint64_t value) {
  uint64_t before = read_msr(number), after;
  struct attempt attempt = trial_start(0, trial_place(&wrmsr));
  attempt.reg[REG_CX] = number;
  attempt.reg[REG_AX] = (uint32_t)value;
  attempt.reg[REG_DX] = (uintptr_t)(value >> 32);
  trial_make(&attempt, sizeof(uintptr_t));
  after = read_msr(number);
  if (after != before) output_add(" msr=%x:%x", (unsigned)(after >> 32), (unsigned)after);
  output_line();
  write_msr(number, before);
}

/* Features that our profiles lack where a processor has them [APM2 "Extended Feature Enable Register
 * (EFER)"]. */
static bool efer_bit_is_comparable(unsigned bit) {
  struct cpuid leaf = cpuid(0x80000001), sizes = cpuid(0x80000008);
  switch (bit) {
  case 12:                                /* SVME */
  case 13: return !(leaf.ecx >> 2 & 1);   /* LMSLE, of processors with SVM */
  case 14: return !(leaf.edx >> 25 & 1);  /* FFXSR */
  case 17: return !(sizes.ebx >> 8 & 1);  /* MCOMMIT */
  case 18: return !(sizes.ebx >> 13 & 1); /* INTWB */
  default: return true;
  }
}

/* One bit, and all bits from it up, against what the MSR has: in EFER, flipped. */
static void bits(void) {
  for (unsigned i = 0; i < COUNT(msrs) * 64 * 2; i++) {
    unsigned index = i, bit = pick(&index, 64), all = pick(&index, 2);
    const struct msr *msr = &msrs[index];
    uint64_t value = (all ? UINT64_MAX : 1) << bit;
    bool efer = msr->number == MSR_EFER;
    if ((efer && all) || !trial_open_if("msr.bit", !efer || efer_bit_is_comparable(bit))) continue;
    output_add(" %s bit=%u%s", msr->name, bit, all ? " and-up" : "");
    write_attempt(msr->number, efer ? value ^ read_msr(MSR_EFER) : value);
  }
}

/* Every type in the first, a middle and the last field. */
static void page_attributes(void) {
  static const uint8_t fields[] = { 0, 3, 7 };
  for (unsigned i = 0; i < COUNT(fields) * 256; i++) {
    unsigned index = i, type = pick(&index, 256), field = fields[index];
    if (!trial_open("msr.pat")) continue;
    output_add(" field=%u type=%x", field, type);
    write_attempt(MSR_PAT, (uint64_t)type << field * 8);
  }
}

/* No processor has any of these. */
static void absent(void) {
  static const uint32_t numbers[] = { 2,          3,          0x7fffffff, 0x80000000,
                                      0xbfffffff, 0xc0000085, 0xc0001fff, 0xffffffff };
  for (unsigned i = 0; i < COUNT(numbers) * 2; i++) {
    unsigned index = i, write = pick(&index, 2);
    struct attempt attempt = trial_start(0, trial_place(write ? &wrmsr : &rdmsr));
    if (!trial_open("msr.absent")) continue;
    output_add(" %s number=%x", write ? "write" : "read", numbers[index]);
    attempt.reg[REG_CX] = numbers[index];
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

void group_msrs(void) {
  bits();
  page_attributes();
  absent();
}

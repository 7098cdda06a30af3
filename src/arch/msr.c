/* RDMSR and WRMSR by one table: which registers each vendor has, and what each may hold. */
#include "arch/msr.h"

#include "arch/model.h"
#include "arch/registers.h"

#define LOW_32 UINT64_C(0xffffffff)
#define EVERY_BIT UINT64_MAX

enum msr_kind {
  MSR_STATE,        /* kept in `reg` */
  MSR_SEGMENT_BASE, /* the base of the segment register `reg` */
  MSR_CONSTANT,     /* reads as `constant` */
};

/* What a write must satisfy beside its reserved bits. */
enum msr_rule { RULE_NONE, RULE_CANONICAL, RULE_EFER, RULE_PAT };

enum msr_vendor { INTEL = 1, AMD = 2, BOTH = 3 };

/* A write may change `writable`, is not looked at in `dropped`, which reads as it was, and must keep every
 * other bit. A constant without `dropped` refuses all writes. */
struct msr_row {
  uint32_t number;
  uint8_t vendors, kind, rule;
  uint16_t reg;
  uint64_t writable, dropped, constant;
};

/* [SDM4 "Model-Specific Registers (MSRs)"], [APM2 "Model-Specific Registers (MSRs)"]. Where
 * the two differ there are two rows: AMD ignores, and Intel refuses, upper halves that mean nothing; AMD's
 * SYSENTER is a legacy-mode instruction, whose MSRs keep 32 bits. Limits: machine-check, MTRR, x2APIC, power
 * and performance MSRs are absent, as CPUID says; the APIC cannot be moved, and its base counts as reserved.
 */
static const struct msr_row rows[] = {
  { 0xc0000080, INTEL, MSR_STATE, RULE_EFER, RS_EFER, EFER_SCE | EFER_LME | EFER_NXE, EFER_LMA, 0 },
  { 0xc0000080, AMD, MSR_STATE, RULE_EFER, RS_EFER, EFER_SCE | EFER_LME | EFER_NXE | EFER_TCE, EFER_LMA, 0 },
  { 0xc0000081, BOTH, MSR_STATE, RULE_NONE, RS_STAR, EVERY_BIT, 0, 0 },
  { 0xc0000082, BOTH, MSR_STATE, RULE_CANONICAL, RS_LSTAR, EVERY_BIT, 0, 0 },
  { 0xc0000083, BOTH, MSR_STATE, RULE_CANONICAL, RS_CSTAR, EVERY_BIT, 0, 0 },
  { 0xc0000084, INTEL, MSR_STATE, RULE_NONE, RS_FMASK, LOW_32, 0, 0 },
  { 0xc0000084, AMD, MSR_STATE, RULE_NONE, RS_FMASK, LOW_32, ~LOW_32, 0 },
  { 0xc0000100, BOTH, MSR_SEGMENT_BASE, RULE_CANONICAL, RS_FS, EVERY_BIT, 0, 0 },
  { 0xc0000101, BOTH, MSR_SEGMENT_BASE, RULE_CANONICAL, RS_GS, EVERY_BIT, 0, 0 },
  { 0xc0000102, BOTH, MSR_STATE, RULE_CANONICAL, RS_KERNEL_GS_BASE, EVERY_BIT, 0, 0 },
  { 0xc0000103, INTEL, MSR_STATE, RULE_NONE, RS_TSC_AUX, LOW_32, 0, 0 },
  { 0xc0000103, AMD, MSR_STATE, RULE_NONE, RS_TSC_AUX, LOW_32, ~LOW_32, 0 },
  { 0x10, BOTH, MSR_STATE, RULE_NONE, RS_TSC, EVERY_BIT, 0, 0 },
  { 0x17, INTEL, MSR_CONSTANT, RULE_NONE, 0, 0, 0, 0 }, /* IA32_PLATFORM_ID */
  { 0x1b, BOTH, MSR_STATE, RULE_NONE, RS_APIC_BASE, APIC_BASE_ENABLED, 0, 0 },
  { 0x3a, INTEL, MSR_CONSTANT, RULE_NONE, 0, 0, 0, 1 },         /* IA32_FEATURE_CONTROL: locked */
  { 0x8b, INTEL, MSR_CONSTANT, RULE_NONE, 0, 0, EVERY_BIT, 0 }, /* IA32_BIOS_SIGN_ID: no microcode */
  { 0x8b, AMD, MSR_CONSTANT, RULE_NONE, 0, 0, 0, 0 },           /* PATCH_LEVEL */
  { 0x174, BOTH, MSR_STATE, RULE_NONE, RS_SYSENTER_CS, LOW_32, ~LOW_32, 0 },
  { 0x175, INTEL, MSR_STATE, RULE_CANONICAL, RS_SYSENTER_ESP, EVERY_BIT, 0, 0 },
  { 0x175, AMD, MSR_STATE, RULE_NONE, RS_SYSENTER_ESP, LOW_32, ~LOW_32, 0 },
  { 0x176, INTEL, MSR_STATE, RULE_CANONICAL, RS_SYSENTER_EIP, EVERY_BIT, 0, 0 },
  { 0x176, AMD, MSR_STATE, RULE_NONE, RS_SYSENTER_EIP, LOW_32, ~LOW_32, 0 },
  { 0x1a0, INTEL, MSR_STATE, RULE_NONE, RS_MISC_ENABLE, 1, 0, 0 }, /* fast strings alone can be changed */
  { 0x277, BOTH, MSR_STATE, RULE_PAT, RS_PAT, EVERY_BIT, 0, 0 },
  { 0xc0010010, AMD, MSR_CONSTANT, RULE_NONE, 0, 0, EVERY_BIT, 0 }, /* SYSCFG */
  { 0xc0010015, AMD, MSR_CONSTANT, RULE_NONE, 0, 0, EVERY_BIT, 0 }, /* HWCR */
  { 0xc0011029, AMD, MSR_CONSTANT, RULE_NONE, 0, 0, EVERY_BIT, 2 }, /* DE_CFG: LFENCE serializes */
};

/* The row of the MSR that ECX names; NULL after #GP(0). */
static const struct msr_row *msr_find(struct builder *b) {
  uint32_t number = (uint32_t)general_register(b->before, RS_RCX);
  unsigned vendor = b->before->model == RS_CPU_INTEL ? INTEL : AMD;
  const struct msr_row *found = NULL;
  if (!require_ring_0(b, RS_CHECK_MSR_CPL)) return NULL;
  for (unsigned i = 0; !found && i < sizeof rows / sizeof *rows; i++)
    if (rows[i].number == number && rows[i].vendors & vendor) found = &rows[i];
  return require(b, RS_CHECK_MSR_EXISTS, found != NULL, number, 0, 0) ? found : NULL;
}

static uint64_t msr_value(const struct rs_cpu *cpu, const struct msr_row *row) {
  switch (row->kind) {
  case MSR_STATE: return rs_cpu_get(cpu, (enum rs_register)row->reg).word[0];
  case MSR_SEGMENT_BASE: return cpu->segment[RS_SEGMENT_INDEX(row->reg)].base;
  default: return row->constant;
  }
}

static bool rdmsr(struct builder *b) {
  const struct msr_row *row = msr_find(b);
  if (!row) return false;
  uint64_t value =
      row->kind == MSR_STATE ? read_msr(b, (enum rs_register)row->reg) : msr_value(b->before, row);
  write_register(b, RS_RAX, (uint32_t)value);
  write_register(b, RS_RDX, value >> 32);
  return true;
}

/* [SDM3 "Initializing IA-32e Mode"]; LMA is ignored by Intel, and must be kept for AMD [APM2 "Extended
 * Feature Enable Register (EFER)"]. */
static bool efer_valid(struct builder *b, uint64_t old, uint64_t value) {
  bool paging = b->before->cr0 & CR0_PG;
  if (!require(b, RS_CHECK_EFER_LME_KEPT, !paging || !((old ^ value) & EFER_LME), old, value, paging))
    return false;
  return b->before->model == RS_CPU_INTEL ||
         require(b, RS_CHECK_EFER_LMA_KEPT, !((old ^ value) & EFER_LMA), old, value, 0);
}

/* [SDM3 "Programming the PAT"]: types 2 and 3 are reserved, and so is what is above 7. */
static bool pat_valid(uint64_t value) {
  for (unsigned i = 0; i < 8; i++, value >>= 8)
    if ((value & 0xff) > 7 || (value & 0xfe) == 2) return false;
  return true;
}

static bool msr_rule_holds(struct builder *b, const struct msr_row *row, uint64_t old, uint64_t value) {
  enum rs_cpu_model model = b->before->model;
  switch (row->rule) {
  case RULE_CANONICAL:
    return require(b, RS_CHECK_MSR_CANONICAL, model_address_is_canonical(model, value), row->number, value,
                   model_linear_bits(model));
  case RULE_EFER: return efer_valid(b, old, value);
  case RULE_PAT: return require(b, RS_CHECK_MSR_PAT_TYPES, pat_valid(value), value, 0, 0);
  default: return true;
  }
}

static void msr_store(struct builder *b, const struct msr_row *row, uint64_t value) {
  if (row->kind == MSR_STATE) {
    write_register(b, (enum rs_register)row->reg, value);
  } else if (row->kind == MSR_SEGMENT_BASE) {
    struct rs_segment segment = b->before->segment[RS_SEGMENT_INDEX(row->reg)];
    segment.base = value;
    write_segment(b, (enum rs_register)row->reg, &segment);
  }
}

static bool wrmsr(struct builder *b) {
  const struct msr_row *row = msr_find(b);
  if (!row) return false;
  uint64_t value = (uint32_t)general_register(b->before, RS_RAX) | general_register(b->before, RS_RDX) << 32;
  uint64_t old = msr_value(b->before, row), reserved = ~(row->writable | row->dropped);
  bool constant = row->kind == MSR_CONSTANT && !row->dropped;
  if (!require(b, RS_CHECK_MSR_WRITABLE, !constant, row->number, 0, 0) ||
      !require(b, RS_CHECK_MSR_RESERVED, !((value ^ old) & reserved), row->number, value, reserved) ||
      !msr_rule_holds(b, row, old, value))
    return false;
  msr_store(b, row, (value & ~row->dropped) | (old & row->dropped));
  return true;
}

bool msr_perform(struct builder *b, const struct rs_instruction *instruction) {
  bool done = instruction->operation == RS_OP_RDMSR ? rdmsr(b) : wrmsr(b);
  if (done) advance_rip(b, instruction);
  return done;
}

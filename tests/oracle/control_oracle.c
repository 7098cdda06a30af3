/* The legality of control registers, said bit by bit in terms of what the new values would bring together. */
#include "oracle/control_oracle.h"

static bool bit(uint64_t value, unsigned n) {
  return value >> n & 1;
}

static uint64_t bits(const uint8_t *numbers) {
  uint64_t mask = 0;
  for (; *numbers != 0xff; numbers++)
    mask |= UINT64_C(1) << *numbers;
  return mask;
}

/* CR0 and EFER by number. */
enum { PE = 0, ET = 4, NW = 29, CD = 30, PG = 31 };
enum { LME = 8, LMA = 10, TCE = 15 };
enum { PSE = 4, PAE = 5, PGE = 7, LA57 = 12, SMEP = 20 };

static bool is_long(const struct oracle_control *s) {
  return bit(s->efer, LMA);
}

static bool is_64_bit(const struct oracle_control *s) {
  return is_long(s) && s->cs_l;
}

static bool uses_pdptes(const struct oracle_control *s) {
  return bit(s->cr0, PG) && bit(s->cr4, PAE) && !bit(s->efer, LME);
}

static bool any_changed(uint64_t a, uint64_t b, const uint8_t *numbers) {
  return (a ^ b) & bits(numbers);
}

/* [SDM3 "Control Registers"], [SDM2 "MOV—Move to/from Control Registers"], [SDM3 "Initializing IA-32e Mode"]
 */
static bool load_cr0(uint64_t value, struct oracle_control *s) {
  static const uint8_t defined[] = { 0, 1, 2, 3, 5, 16, 18, 29, 30, 31, 0xff },
                       loads_pdptes[] = { CD, NW, PG, 0xff };
  struct oracle_control next = *s;
  bool enters_long = bit(value, PG) && !bit(s->cr0, PG) && bit(s->efer, LME);
  next.cr0 = (value & bits(defined)) | 1 << ET;
  if (value > UINT32_MAX) return false;
  if (bit(value, PG) && !bit(value, PE)) return false;
  if (bit(value, NW) && !bit(value, CD)) return false;
  if (!bit(value, PG) && is_64_bit(s)) return false;
  if (enters_long && (!bit(s->cr4, PAE) || s->cs_l || (s->tss_16 && !s->amd))) return false;
  if (any_changed(next.cr0, s->cr0, loads_pdptes) && uses_pdptes(&next) && !s->pdptes_good) return false;
  next.efer &= ~(UINT64_C(1) << LMA);
  if (bit(value, PG) && bit(s->efer, LME)) next.efer |= UINT64_C(1) << LMA;
  *s = next;
  return true;
}

/* The features that both profiles offer: TSD, DE, PSE, PAE, PGE, PCE, OSFXSR, OSXMMEXCPT, UMIP, FSGSBASE,
 * SMEP and SMAP; Intel's has LA57 besides. */
static bool load_cr4(uint64_t value, struct oracle_control *s) {
  static const uint8_t offered[] = { 2, 3, 4, 5, 7, 8, 9, 10, 11, 16, 20, 21, 0xff },
                       loads_pdptes[] = { PSE, PAE, PGE, SMEP, 0xff };
  struct oracle_control next = *s;
  uint64_t known = bits(offered) | (s->amd ? 0 : UINT64_C(1) << LA57);
  next.cr4 = value;
  if (value & ~known) return false;
  if (is_long(s) && (!bit(value, PAE) || bit(value, LA57) != bit(s->cr4, LA57))) return false;
  if (any_changed(value, s->cr4, loads_pdptes) && uses_pdptes(&next) && !s->pdptes_good) return false;
  *s = next;
  return true;
}

/* [SDM4 "Model-Specific Registers (MSRs)"]: Intel ignores what is written to LMA; [APM2 "Extended Feature
 * Enable Register (EFER)"]: AMD wants it as it was, and has TCE. */
static bool load_efer(uint64_t value, struct oracle_control *s) {
  static const uint8_t common[] = { 0, LME, LMA, 11, 0xff };
  uint64_t lma = UINT64_C(1) << LMA, known = bits(common) | (s->amd ? UINT64_C(1) << TCE : 0);
  if (value & ~known) return false;
  if (bit(value, LME) != bit(s->efer, LME) && bit(s->cr0, PG)) return false;
  if (s->amd && bit(value, LMA) != bit(s->efer, LMA)) return false;
  s->efer = (value & ~lma) | (s->efer & lma);
  return true;
}

bool oracle_control_load(enum oracle_control_register which, uint64_t value, struct oracle_control *s) {
  if (s->cpl != 0) return false;
  switch (which) {
  case ORACLE_CR0: return load_cr0(is_64_bit(s) ? value : (uint32_t)value, s);
  case ORACLE_CR4: return load_cr4(is_64_bit(s) ? value : (uint32_t)value, s);
  default: return load_efer(value, s);
  }
}

/* Control registers: what MOV CR, CLTS and LMSW may load, and the mode that a load enters or leaves. */
#include "arch/control.h"

#include <assert.h>

#include "arch/access.h"
#include "arch/debug.h"
#include "arch/descriptor.h"
#include "arch/model.h"
#include "arch/operand.h"

/* All other bits of the low half of CR0 are ignored, and ET is always 1 [SDM3 "Control Registers"]. */
#define CR0_DEFINED (CR0_PE | CR0_MP | CR0_EM | CR0_TS | CR0_NE | CR0_WP | CR0_AM | CR0_NW | CR0_CD | CR0_PG)

/* Changes of these load the PDPTEs [SDM3 "PDPTE Registers"]. */
#define CR0_LOADS_PDPTES (CR0_PG | CR0_CD | CR0_NW)
#define CR4_LOADS_PDPTES (CR4_PAE | CR4_PGE | CR4_PSE | CR4_SMEP)

static uint64_t efer_of(const struct rs_cpu *cpu) {
  return cpu->msr[RS_MSR_INDEX(RS_EFER)];
}

/* --- PDPTEs --- */

static uint64_t pdpte_read(struct builder *b, uint64_t physical) {
  const struct step_head head = {
    .kind = RS_STEP_READ, .size = 8, .level = 3, .id = RS_ITEM_PAGE_ENTRY, .walk = RS_NO_WALK
  };
  struct rs_step *step = builder_step(b, head);
  uint64_t value = physical_read(b, physical, 8);
  step->read.linear = step->read.physical = physical;
  step->read.value.word[0] = value;
  step->read.value.word[1] = PAGING_PDPTE_RESERVED;
  return value;
}

bool control_pdptes_valid(struct builder *b, uint64_t cr0, uint64_t cr3, uint64_t cr4) {
  if (!(cr0 & CR0_PG) || !(cr4 & CR4_PAE) || efer_of(b->before) & EFER_LME) return true;
  for (unsigned i = 0; i < 4; i++) {
    uint64_t entry = pdpte_read(b, (cr3 & UINT64_C(0xffffffe0)) + UINT64_C(8) * i);
    bool valid = !(entry & 1) || !(entry & PAGING_PDPTE_RESERVED);
    if (!require(b, RS_CHECK_PDPTE_RESERVED, valid, i, entry, PAGING_PDPTE_RESERVED)) return false;
  }
  return true;
}

/* --- CR0 --- */

/* Paging with EFER.LME enters IA-32e mode [SDM3 "Initializing IA-32e Mode"], [APM2 "Enabling and Activating
 * Long Mode"]. */
static bool long_mode_may_begin(struct builder *b) {
  const struct rs_segment *cs = &b->before->segment[RS_SEGMENT_INDEX(RS_CS)], *tr = &b->before->tr;
  unsigned tss = tr->attributes & (SEGMENT_S | SEGMENT_TYPE);
  bool tss_16 = tss == SYSTEM_TSS_16_AVAILABLE || tss == SYSTEM_TSS_16_BUSY;
  if (!require(b, RS_CHECK_CR0_LONG_MODE_PAE, b->before->cr4 & CR4_PAE, (b->before->cr4 & CR4_PAE) != 0, 0,
               0) ||
      !require(b, RS_CHECK_CR0_LONG_MODE_CS_L, !(cs->attributes & SEGMENT_L),
               (cs->attributes & SEGMENT_L) != 0, 0, 0))
    return false;
  return b->before->model == RS_CPU_AMD ||
         require(b, RS_CHECK_CR0_LONG_MODE_TSS, !tss_16 || tr->attributes & SEGMENT_UNUSABLE, tr->attributes,
                 0, 0);
}

static bool cr0_valid(struct builder *b, uint64_t value) {
  uint64_t old = b->before->cr0;
  if (!require(b, RS_CHECK_CR0_UPPER_ZERO, value >> 32 == 0, value, 0, 0) ||
      !require(b, RS_CHECK_CR0_PG_WITH_PE, !(value & CR0_PG) || value & CR0_PE, value, 0, 0) ||
      !require(b, RS_CHECK_CR0_NW_WITH_CD, !(value & CR0_NW) || value & CR0_CD, value, 0, 0))
    return false;
  if (value & ~old & CR0_PG && efer_of(b->before) & EFER_LME && !long_mode_may_begin(b)) return false;
  if (cpu_is_64_bit_mode(b->before) && !require(b, RS_CHECK_CR0_PG_KEPT, value & CR0_PG, value, 0, 0))
    return false;
  if (!((value ^ old) & CR0_LOADS_PDPTES)) return true;
  return control_pdptes_valid(b, value, b->before->cr3, b->before->cr4);
}

/* LMA follows PG where LME is set. */
static void cr0_write(struct builder *b, uint64_t value) {
  uint64_t efer = efer_of(b->before), mode = efer & ~EFER_LMA;
  if (value & CR0_PG && efer & EFER_LME) mode |= EFER_LMA;
  write_register(b, RS_CR0, (value & CR0_DEFINED) | CR0_ET);
  if (mode != efer) write_register(b, RS_EFER, mode);
}

static bool cr0_load(struct builder *b, uint64_t value) {
  if (!cr0_valid(b, value)) return false;
  cr0_write(b, value);
  return true;
}

/* --- The others --- */

static bool cr2_load(struct builder *b, uint64_t value) {
  write_register(b, RS_CR2, value);
  return true;
}

static bool cr3_load(struct builder *b, uint64_t value) {
  if (!require(b, RS_CHECK_CR3_RESERVED, value >> MODEL_PHYSICAL_BITS == 0, value, MODEL_PHYSICAL_BITS, 0) ||
      !control_pdptes_valid(b, b->before->cr0, value, b->before->cr4))
    return false;
  write_register(b, RS_CR3, value);
  return true;
}

static bool cr4_load(struct builder *b, uint64_t value) {
  uint64_t old = b->before->cr4, reserved = ~model_cr4_bits(b->before->model);
  if (!require(b, RS_CHECK_CR4_RESERVED, !(value & reserved), value, reserved, 0)) return false;
  if (cpu_is_long_mode(b->before) &&
      (!require(b, RS_CHECK_CR4_PAE_KEPT, value & CR4_PAE, value, 0, 0) ||
       !require(b, RS_CHECK_CR4_LA57_KEPT, !((value ^ old) & CR4_LA57), old, value, 0)))
    return false;
  if ((value ^ old) & CR4_LOADS_PDPTES && !control_pdptes_valid(b, b->before->cr0, b->before->cr3, value))
    return false;
  write_register(b, RS_CR4, value);
  return true;
}

static bool cr8_load(struct builder *b, uint64_t value) {
  if (!require(b, RS_CHECK_CR8_RESERVED, value < 16, value, 0, 0)) return false;
  write_register(b, RS_CR8, value);
  return true;
}

/* --- MOV --- */

static const struct control_register {
  enum rs_register reg;
  bool (*load)(struct builder *b, uint64_t value);
} control_registers[16] = {
  [0] = { RS_CR0, cr0_load }, [2] = { RS_CR2, cr2_load }, [3] = { RS_CR3, cr3_load },
  [4] = { RS_CR4, cr4_load }, [8] = { RS_CR8, cr8_load },
};

static const struct control_register *control_register_find(struct builder *b, unsigned number) {
  const struct control_register *found = &control_registers[number];
  bool wide = cpu_is_64_bit_mode(b->before);
  if (check(b, RS_CHECK_CONTROL_REGISTER_EXISTS, found->load && (number < 8 || wide), number, wide, 0, 0))
    return found;
  fault_plain(b, VECTOR_UD);
  return NULL;
}

static bool mov_to_cr(struct builder *b, const struct rs_instruction *instruction) {
  const struct control_register *found = control_register_find(b, instruction->reg);
  uint64_t value = b->before->general[instruction->rm];
  if (!found || !require_ring_0(b, RS_CHECK_CONTROL_CPL)) return false;
  return found->load(b, cpu_is_64_bit_mode(b->before) ? value : (uint32_t)value);
}

static bool mov_from_cr(struct builder *b, const struct rs_instruction *instruction) {
  const struct control_register *found = control_register_find(b, instruction->reg);
  if (!found || !require_ring_0(b, RS_CHECK_CONTROL_CPL)) return false;
  uint64_t value = read_msr(b, found->reg);
  write_register(b, RS_RAX + instruction->rm, cpu_is_64_bit_mode(b->before) ? value : (uint32_t)value);
  return true;
}

/* --- CLTS, LMSW, SMSW --- */

static bool clts(struct builder *b) {
  if (!require_ring_0(b, RS_CHECK_CONTROL_CPL)) return false;
  write_register(b, RS_CR0, b->before->cr0 & ~CR0_TS);
  return true;
}

/* Loads PE, MP, EM and TS, and never clears PE [SDM2 "LMSW—Load Machine Status Word"]. */
static bool lmsw(struct builder *b, const struct rs_instruction *instruction) {
  static const uint64_t loaded = CR0_MP | CR0_EM | CR0_TS;
  uint64_t value;
  if (!require_ring_0(b, RS_CHECK_CONTROL_CPL) || !operand_read_word(b, instruction, &value)) return false;
  write_register(b, RS_CR0, (b->before->cr0 & ~loaded) | (value & (loaded | CR0_PE)));
  return true;
}

static bool smsw(struct builder *b, const struct rs_instruction *instruction) {
  unsigned umip = (b->before->cr4 & CR4_UMIP) != 0, cpl = b->before->cpl;
  if (!require(b, RS_CHECK_STORE_ALLOWED_BY_UMIP, !umip || cpl == 0, umip, cpl, 0)) return false;
  return operand_write_word(b, instruction, read_msr(b, RS_CR0));
}

static bool control_execute(struct builder *b, const struct rs_instruction *instruction) {
  switch (instruction->operation) {
  case RS_OP_MOV_TO_CR: return mov_to_cr(b, instruction);
  case RS_OP_MOV_FROM_CR: return mov_from_cr(b, instruction);
  case RS_OP_MOV_TO_DR: return debug_load(b, instruction);
  case RS_OP_MOV_FROM_DR: return debug_store(b, instruction);
  case RS_OP_CLTS: return clts(b);
  case RS_OP_LMSW: return lmsw(b, instruction);
  case RS_OP_SMSW: return smsw(b, instruction);
  default: assert(!"one of control.h"); return false;
  }
}

bool control_perform(struct builder *b, const struct rs_instruction *instruction) {
  if (!control_execute(b, instruction)) return false;
  advance_rip(b, instruction);
  return true;
}

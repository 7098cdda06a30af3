/* System instructions that neither transfer control nor move control registers or MSRs. */
#include "arch/system.h"

#include <assert.h>

#include "arch/access.h"
#include "arch/descriptor.h"
#include "arch/model.h"
#include "arch/operand.h"
#include "arch/registers.h"

static bool undefined(struct builder *b, enum rs_check why) {
  check(b, why, false, 0, 0, 0, 0);
  return fault_plain(b, VECTOR_UD);
}

static bool operand_is_memory(struct builder *b, const struct rs_instruction *instruction) {
  return check(b, RS_CHECK_SYSTEM_OPERAND_IS_MEMORY, instruction->memory, 0, 0, 0, 0) ||
         fault_plain(b, VECTOR_UD);
}

/* Results of 32 bits fill the whole register. */
static void write_low(struct builder *b, enum rs_register reg, uint32_t value) {
  write_register(b, reg, value);
}

/* --- Descriptor-table registers --- */

static unsigned table_base_size(struct builder *b) {
  return cpu_is_64_bit_mode(b->before) ? 8 : 4;
}

/* A 16-bit operand size takes 24 bits of the base [SDM2 "LGDT/LIDT—Load Global/Interrupt Descriptor Table
 * Register"]. */
static bool table_load(struct builder *b, const struct rs_instruction *instruction, enum rs_register reg) {
  unsigned base_size = table_base_size(b), bits = model_linear_bits(b->before->model);
  union rs_value limit, base;
  struct access access = { .size = 2, .privilege = operand_privilege(b), .item = RS_ITEM_OPERAND };
  if (!operand_is_memory(b, instruction) || !require_ring_0(b, RS_CHECK_SYSTEM_CPL) ||
      !operand_linear(b, instruction, 2 + base_size, ACCESS_READ, &access.linear) ||
      !access_read(b, &access, &limit))
    return false;
  access.linear += 2;
  access.size = (uint8_t)base_size;
  if (!access_read(b, &access, &base)) return false;
  struct rs_table_register table = { base.word[0], (uint16_t)limit.word[0] };
  if (base_size == 4 && instruction->operand_size == 2) table.base &= 0xffffff;
  if (!require(b, RS_CHECK_TABLE_BASE_CANONICAL, model_address_is_canonical(b->before->model, table.base),
               table.base, bits, 0))
    return false;
  write_table(b, reg, table);
  return true;
}

/* The whole base is stored, whatever the operand size [SDM2 "SGDT—Store Global Descriptor Table Register"].
 */
static bool table_store(struct builder *b, const struct rs_instruction *instruction,
                        const struct rs_table_register *table) {
  unsigned base_size = table_base_size(b), cpl = b->before->cpl, umip = (b->before->cr4 & CR4_UMIP) != 0;
  struct access access = { .size = 2, .privilege = operand_privilege(b), .item = RS_ITEM_OPERAND };
  if (!operand_is_memory(b, instruction)) return false;
  if (!require(b, RS_CHECK_STORE_ALLOWED_BY_UMIP, !umip || cpl == 0, umip, cpl, 0)) return false;
  if (!operand_linear(b, instruction, 2 + base_size, ACCESS_WRITE, &access.linear) ||
      !access_probe(b, access.linear, 2 + base_size, ACCESS_WRITE, access.privilege) ||
      !access_write(b, &access, table->limit))
    return false;
  access.linear += 2;
  access.size = (uint8_t)base_size;
  return access_write(b, &access, table->base);
}

/* --- Counters and identification --- */

static bool cpuid(struct builder *b) {
  struct cpuid_result result = model_cpuid(b->before, (uint32_t)general_register(b->before, RS_RAX),
                                           (uint32_t)general_register(b->before, RS_RCX));
  write_low(b, RS_RAX, result.eax);
  write_low(b, RS_RBX, result.ebx);
  write_low(b, RS_RCX, result.ecx);
  write_low(b, RS_RDX, result.edx);
  return true;
}

static bool rdtsc(struct builder *b, bool with_processor) {
  unsigned tsd = (b->before->cr4 & CR4_TSD) != 0, cpl = b->before->cpl;
  if (!require(b, RS_CHECK_TSC_ALLOWED, !tsd || cpl == 0, tsd, cpl, 0)) return false;
  uint64_t tsc = read_msr(b, RS_TSC);
  uint64_t processor = with_processor ? read_msr(b, RS_TSC_AUX) : 0;
  write_low(b, RS_RAX, (uint32_t)tsc);
  write_low(b, RS_RDX, (uint32_t)(tsc >> 32));
  if (with_processor) write_low(b, RS_RCX, (uint32_t)processor);
  return true;
}

/* The profiles have no performance counters, so no index is valid. */
static bool rdpmc(struct builder *b) {
  unsigned pce = (b->before->cr4 & CR4_PCE) != 0, cpl = b->before->cpl;
  return require(b, RS_CHECK_COUNTERS_ALLOWED, pce || cpl == 0, pce, cpl, 0) &&
         require(b, RS_CHECK_COUNTER_EXISTS, false, (uint32_t)general_register(b->before, RS_RCX), 0, 0);
}

static bool rdpid(struct builder *b, const struct rs_instruction *instruction) {
  write_register(b, (enum rs_register)(RS_RAX + instruction->rm), (uint32_t)read_msr(b, RS_TSC_AUX));
  return true;
}

/* --- Bases of FS and GS --- */

static bool base_access_enabled(struct builder *b) {
  unsigned wide = cpu_is_64_bit_mode(b->before), enabled = (b->before->cr4 & CR4_FSGSBASE) != 0;
  return check(b, RS_CHECK_BASE_ACCESS_ENABLED, wide && enabled, wide, enabled, 0, 0) ||
         fault_plain(b, VECTOR_UD);
}

static bool base_read(struct builder *b, const struct rs_instruction *instruction, enum rs_register reg) {
  if (!base_access_enabled(b)) return false;
  uint64_t base = b->before->segment[RS_SEGMENT_INDEX(reg)].base;
  write_register(b, (enum rs_register)(RS_RAX + instruction->rm),
                 instruction->operand_size == 8 ? base : (uint32_t)base);
  return true;
}

static bool base_write(struct builder *b, const struct rs_instruction *instruction, enum rs_register reg) {
  if (!base_access_enabled(b)) return false;
  enum rs_cpu_model model = b->before->model;
  struct rs_segment segment = b->before->segment[RS_SEGMENT_INDEX(reg)];
  segment.base = b->before->general[instruction->rm];
  if (instruction->operand_size != 8) segment.base = (uint32_t)segment.base;
  if (!require(b, RS_CHECK_BASE_CANONICAL, model_address_is_canonical(model, segment.base), segment.base,
               model_linear_bits(model), 0))
    return false;
  write_segment(b, reg, &segment);
  return true;
}

/* --- The rest --- */

/* Outside ring 0 they do not exist [SDM2 "STAC—Set AC Flag in EFLAGS Register"]. */
static bool ac_flag(struct builder *b, bool set) {
  unsigned cpl = b->before->cpl;
  if (!check(b, RS_CHECK_AC_FLAG_CPL, cpl == 0, cpl, 0, 0, 0)) return fault_plain(b, VECTOR_UD);
  write_register(b, RS_RFLAGS, (b->before->rflags & ~RFLAGS_AC) | (set ? RFLAGS_AC : 0));
  return true;
}

/* What it invalidates is the vm's: there is nothing to check of the address itself. */
static bool invlpg(struct builder *b, const struct rs_instruction *instruction) {
  return operand_is_memory(b, instruction) && require_ring_0(b, RS_CHECK_SYSTEM_CPL);
}

/* CR4.OSXSAVE cannot be set: the profiles do not offer XSAVE. */
static bool extended_control(struct builder *b) {
  bool set = b->before->cr4 & CR4_OSXSAVE;
  return check(b, RS_CHECK_OSXSAVE_SET, set, set, 0, 0, 0) || fault_plain(b, VECTOR_UD);
}

static bool system_execute(struct builder *b, const struct rs_instruction *instruction) {
  switch (instruction->operation) {
  case RS_OP_LGDT: return table_load(b, instruction, RS_GDTR);
  case RS_OP_LIDT: return table_load(b, instruction, RS_IDTR);
  case RS_OP_SGDT: return table_store(b, instruction, &b->before->gdtr);
  case RS_OP_SIDT: return table_store(b, instruction, &b->before->idtr);
  case RS_OP_INVLPG: return invlpg(b, instruction);
  case RS_OP_INVD:
  case RS_OP_WBINVD: return require_ring_0(b, RS_CHECK_SYSTEM_CPL);
  case RS_OP_CLAC: return ac_flag(b, false);
  case RS_OP_STAC: return ac_flag(b, true);
  case RS_OP_CPUID: return cpuid(b);
  case RS_OP_RDTSC: return rdtsc(b, false);
  case RS_OP_RDTSCP: return rdtsc(b, true);
  case RS_OP_RDPMC: return rdpmc(b);
  case RS_OP_RDPID: return rdpid(b, instruction);
  case RS_OP_RDFSBASE: return base_read(b, instruction, RS_FS);
  case RS_OP_RDGSBASE: return base_read(b, instruction, RS_GS);
  case RS_OP_WRFSBASE: return base_write(b, instruction, RS_FS);
  case RS_OP_WRGSBASE: return base_write(b, instruction, RS_GS);
  case RS_OP_XGETBV:
  case RS_OP_XSETBV: return extended_control(b);
  case RS_OP_INVPCID:
  case RS_OP_RDRAND:
  case RS_OP_RDSEED:
  case RS_OP_MONITOR:
  case RS_OP_MWAIT: return undefined(b, RS_CHECK_INSTRUCTION_OFFERED);
  case RS_OP_RSM: return undefined(b, RS_CHECK_IN_SYSTEM_MANAGEMENT_MODE);
  case RS_OP_UD: return undefined(b, RS_CHECK_INSTRUCTION_DEFINED);
  case RS_OP_VEX: return undefined(b, RS_CHECK_OSXSAVE_SET);
  default: assert(!"one of system.h"); return false;
  }
}

bool system_perform(struct builder *b, const struct rs_instruction *instruction) {
  if (!system_execute(b, instruction)) return false;
  advance_rip(b, instruction);
  return true;
}

/* Registers as differences from what is known. */
#include <stddef.h>
#include <string.h>

#include "log/record.h"
#include "trace/changes.h"
#include "trace/fields.h"

/* The set of changed registers: those that change most come first, so that it is short.
 *
 *   bit 0    RIP        bits 2 to 17   RAX to R15
 *   bit 1    RFLAGS     from bit 18    CPL and what follows it in enum rs_register
 *
 * and after the last register what is none: the model and the pending debug traps. */
enum { BIT_GENERAL = 2, BIT_OTHERS = 18, BIT_REST = RS_REGISTER_COUNT - 1 };

_Static_assert(RS_RIP == RS_RAX + 16 && RS_RFLAGS == RS_RIP + 1 && RS_CPL == BIT_OTHERS + 1,
               "the order of enum rs_register");
_Static_assert(BIT_REST < 64, "a set fits a word");
_Static_assert(offsetof(struct rs_cpu, general) == 8, "no padding among the small members");

static enum rs_register register_of_bit(unsigned bit) {
  if (bit < BIT_GENERAL) return bit == 0 ? RS_RIP : RS_RFLAGS;
  return (enum rs_register)(bit < BIT_OTHERS ? bit - BIT_GENERAL + RS_RAX : bit + 1);
}

/* Padding may differ where no member does; then they are compared one by one for nothing. */
static bool others_are_equal(const struct rs_cpu *a, const struct rs_cpu *b) {
  size_t first = offsetof(struct rs_cpu, segment);
  return memcmp(a, b, offsetof(struct rs_cpu, general)) == 0 &&
         memcmp((const char *)a + first, (const char *)b + first, sizeof *a - first) == 0;
}

static uint64_t changed_registers(const struct rs_cpu *base, const struct rs_cpu *cpu) {
  uint64_t changed = (uint64_t)(base->rip != cpu->rip) | (uint64_t)(base->rflags != cpu->rflags) << 1;
  for (unsigned i = 0; i < 16; i++)
    changed |= (uint64_t)(base->general[i] != cpu->general[i]) << (BIT_GENERAL + i);
  if (others_are_equal(base, cpu)) return changed;
  for (unsigned bit = BIT_OTHERS; bit < BIT_REST; bit++)
    changed |= (uint64_t)register_differs(base, cpu, register_of_bit(bit)) << bit;
  bool rest = base->model != cpu->model || base->debug_pending != cpu->debug_pending;
  return changed | (uint64_t)rest << BIT_REST;
}

bool cpu_differs(const struct rs_cpu *base, const struct rs_cpu *cpu) {
  return changed_registers(base, cpu) != 0;
}

static void code_segment(struct coder *c, struct rs_segment *segment) {
  code_u16(c, &segment->selector, UINT16_MAX);
  code_u16(c, &segment->attributes, UINT16_MAX);
  code_u32(c, &segment->limit);
  code_u64(c, &segment->base);
}

static uint64_t register_limit(enum rs_register reg) {
  switch (reg) {
  case RS_CPL: return 3;
  case RS_INTERRUPT_SHADOW: return RS_SHADOW_MOV_SS;
  case RS_NMI_BLOCKED:
  case RS_HALTED: return 1;
  default: return UINT64_MAX;
  }
}

void code_register(struct coder *c, enum rs_register reg, const union rs_value *old, union rs_value *value) {
  if (register_is_segment(reg)) {
    code_segment(c, &value->segment);
  } else if (register_is_table(reg)) {
    code_u64(c, &value->table.base);
    code_u16(c, &value->table.limit, UINT16_MAX);
  } else {
    code_delta(c, old->word[0], &value->word[0]);
    if (value->word[0] > register_limit(reg)) {
      c->failed = true;
      value->word[0] = 0;
    }
  }
}

static void code_rest(struct coder *c, struct rs_cpu *cpu) {
  cpu->model = (enum rs_cpu_model)code_up_to(c, cpu->model, RS_CPU_AMD);
  code_u32(c, &cpu->debug_pending);
}

static void code_changed(struct coder *c, const struct rs_cpu *base, struct rs_cpu *cpu, unsigned bit) {
  enum rs_register reg = register_of_bit(bit);
  union rs_value old = rs_cpu_get(base, reg), value = { .word = { 0, 0 } };
  if (c->writing) value = rs_cpu_get(cpu, reg);
  code_register(c, reg, &old, &value);
  if (!c->writing) rs_cpu_set(cpu, reg, value);
}

void code_cpu(struct coder *c, const struct rs_cpu *base, struct rs_cpu *cpu) {
  uint64_t changed = c->writing ? changed_registers(base, cpu) : 0;
  changed = code_up_to(c, changed, (UINT64_C(2) << BIT_REST) - 1);
  if (!c->writing && cpu != base) *cpu = *base;
  for (; changed; changed &= changed - 1) {
    unsigned bit = (unsigned)__builtin_ctzll(changed);
    if (bit == BIT_REST)
      code_rest(c, cpu);
    else
      code_changed(c, base, cpu, bit);
  }
}

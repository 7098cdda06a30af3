/* Registers by name and by number: reading and replacing one register of struct rs_cpu. */
#include "ringside/cpu.h"

#include <assert.h>
#include <stddef.h>

static const char *const register_names[RS_REGISTER_COUNT] = {
  [RS_NO_REGISTER] = "none",
#define X(name, text) [RS_##name] = text,
  RS_GENERAL_REGISTERS(X) RS_SEGMENT_REGISTERS(X)
#undef X
#define X(name, text, number) [RS_##name] = text,
      RS_MODEL_SPECIFIC_REGISTERS(X)
#undef X
          [RS_RIP] = "rip",
  [RS_RFLAGS] = "rflags",
  [RS_CPL] = "cpl",
  [RS_LDTR] = "ldtr",
  [RS_TR] = "tr",
  [RS_GDTR] = "gdtr",
  [RS_IDTR] = "idtr",
  [RS_CR0] = "cr0",
  [RS_CR2] = "cr2",
  [RS_CR3] = "cr3",
  [RS_CR4] = "cr4",
  [RS_CR8] = "cr8",
  [RS_DR0] = "dr0",
  [RS_DR1] = "dr1",
  [RS_DR2] = "dr2",
  [RS_DR3] = "dr3",
  [RS_DR6] = "dr6",
  [RS_DR7] = "dr7",
  [RS_TSC] = "tsc",
  [RS_INTERRUPT_SHADOW] = "interrupt shadow",
  [RS_NMI_BLOCKED] = "nmi blocked",
  [RS_HALTED] = "halted",
};

const char *rs_register_name(enum rs_register reg) {
  assert(reg < RS_REGISTER_COUNT);
  return register_names[reg];
}

/* The 64-bit home of a register that is one word, or NULL for those of another shape or width. */

static uint64_t *register_word(struct rs_cpu *cpu, enum rs_register reg) {
  if (reg >= RS_RAX && reg <= RS_R15) return &cpu->general[reg - RS_RAX];
  if (reg >= RS_EFER && reg < RS_TSC) return &cpu->msr[RS_MSR_INDEX(reg)];
  if (reg >= RS_DR0 && reg <= RS_DR3) return &cpu->dr[reg - RS_DR0];
  switch (reg) {
  case RS_RIP: return &cpu->rip;
  case RS_RFLAGS: return &cpu->rflags;
  case RS_CR0: return &cpu->cr0;
  case RS_CR2: return &cpu->cr2;
  case RS_CR3: return &cpu->cr3;
  case RS_CR4: return &cpu->cr4;
  case RS_CR8: return &cpu->cr8;
  case RS_DR6: return &cpu->dr6;
  case RS_DR7: return &cpu->dr7;
  case RS_TSC: return &cpu->tsc;
  default: return NULL;
  }
}

static struct rs_segment *register_segment(struct rs_cpu *cpu, enum rs_register reg) {
  if (reg >= RS_ES && reg <= RS_GS) return &cpu->segment[RS_SEGMENT_INDEX(reg)];
  if (reg == RS_LDTR) return &cpu->ldtr;
  return reg == RS_TR ? &cpu->tr : NULL;
}

static struct rs_table_register *register_table(struct rs_cpu *cpu, enum rs_register reg) {
  if (reg == RS_GDTR) return &cpu->gdtr;
  return reg == RS_IDTR ? &cpu->idtr : NULL;
}

static uint64_t register_small(const struct rs_cpu *cpu, enum rs_register reg) {
  switch (reg) {
  case RS_CPL: return cpu->cpl;
  case RS_INTERRUPT_SHADOW: return cpu->interrupt_shadow;
  case RS_NMI_BLOCKED: return cpu->nmi_blocked;
  case RS_HALTED: return cpu->halted;
  default: assert(!"a register"); return 0;
  }
}

union rs_value rs_cpu_get(const struct rs_cpu *cpu, enum rs_register reg) {
  union rs_value value = { .word = { 0, 0 } };
  struct rs_cpu *readable = (struct rs_cpu *)cpu; /* only read below */
  const uint64_t *word = register_word(readable, reg);
  const struct rs_segment *segment = register_segment(readable, reg);
  const struct rs_table_register *table = register_table(readable, reg);
  if (word)
    value.word[0] = *word;
  else if (segment)
    value.segment = *segment;
  else if (table)
    value.table = *table;
  else
    value.word[0] = register_small(cpu, reg);
  return value;
}

void rs_cpu_set(struct rs_cpu *cpu, enum rs_register reg, union rs_value value) {
  uint64_t *word = register_word(cpu, reg);
  struct rs_segment *segment = register_segment(cpu, reg);
  struct rs_table_register *table = register_table(cpu, reg);
  if (word)
    *word = value.word[0];
  else if (segment)
    *segment = value.segment;
  else if (table)
    *table = value.table;
  else if (reg == RS_CPL)
    cpu->cpl = (uint8_t)value.word[0];
  else if (reg == RS_INTERRUPT_SHADOW)
    cpu->interrupt_shadow = (uint8_t)value.word[0];
  else if (reg == RS_NMI_BLOCKED)
    cpu->nmi_blocked = value.word[0] != 0;
  else if (reg == RS_HALTED)
    cpu->halted = value.word[0] != 0;
  else
    assert(!"a register");
}

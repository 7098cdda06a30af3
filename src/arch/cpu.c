/* Registers by name and by number: reading and replacing one register of struct rs_cpu. */
#include "ringside/cpu.h"

#include <assert.h>
#include <stddef.h>

#include "arch/registers.h"

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

#define PLACE(member, kind)                                                                                  \
  { offsetof(struct rs_cpu, member), kind }

const struct register_place register_places[RS_REGISTER_COUNT] = {
#define X(name, text) [RS_##name] = PLACE(general[RS_##name - RS_RAX], SHAPE_WORD),
  RS_GENERAL_REGISTERS(X)
#undef X
#define X(name, text) [RS_##name] = PLACE(segment[RS_##name - RS_ES], SHAPE_SEGMENT),
      RS_SEGMENT_REGISTERS(X)
#undef X
#define X(name, text, number) [RS_##name] = PLACE(msr[RS_##name - RS_EFER], SHAPE_WORD),
          RS_MODEL_SPECIFIC_REGISTERS(X)
#undef X
              [RS_RIP] = PLACE(rip, SHAPE_WORD),
  [RS_RFLAGS] = PLACE(rflags, SHAPE_WORD),
  [RS_CPL] = PLACE(cpl, SHAPE_BYTE),
  [RS_LDTR] = PLACE(ldtr, SHAPE_SEGMENT),
  [RS_TR] = PLACE(tr, SHAPE_SEGMENT),
  [RS_GDTR] = PLACE(gdtr, SHAPE_TABLE),
  [RS_IDTR] = PLACE(idtr, SHAPE_TABLE),
  [RS_CR0] = PLACE(cr0, SHAPE_WORD),
  [RS_CR2] = PLACE(cr2, SHAPE_WORD),
  [RS_CR3] = PLACE(cr3, SHAPE_WORD),
  [RS_CR4] = PLACE(cr4, SHAPE_WORD),
  [RS_CR8] = PLACE(cr8, SHAPE_WORD),
  [RS_DR0] = PLACE(dr[0], SHAPE_WORD),
  [RS_DR1] = PLACE(dr[1], SHAPE_WORD),
  [RS_DR2] = PLACE(dr[2], SHAPE_WORD),
  [RS_DR3] = PLACE(dr[3], SHAPE_WORD),
  [RS_DR6] = PLACE(dr6, SHAPE_WORD),
  [RS_DR7] = PLACE(dr7, SHAPE_WORD),
  [RS_TSC] = PLACE(tsc, SHAPE_WORD),
  [RS_INTERRUPT_SHADOW] = PLACE(interrupt_shadow, SHAPE_BYTE),
  [RS_NMI_BLOCKED] = PLACE(nmi_blocked, SHAPE_FLAG),
  [RS_HALTED] = PLACE(halted, SHAPE_FLAG),
};

union rs_value rs_cpu_get(const struct rs_cpu *cpu, enum rs_register reg) {
  union rs_value value = { .word = { 0, 0 } };
  assert(reg < RS_REGISTER_COUNT);
  const void *at = (const char *)cpu + register_places[reg].offset;
  switch (register_places[reg].shape) {
  case SHAPE_SEGMENT: value.segment = *(const struct rs_segment *)at; break;
  case SHAPE_TABLE: value.table = *(const struct rs_table_register *)at; break;
  case SHAPE_NONE: assert(!"a register"); break;
  default: value.word[0] = register_word(cpu, reg);
  }
  return value;
}

void rs_cpu_set(struct rs_cpu *cpu, enum rs_register reg, union rs_value value) {
  assert(reg < RS_REGISTER_COUNT && register_places[reg].shape != SHAPE_NONE);
  switch (register_places[reg].shape) {
  case SHAPE_SEGMENT: *(struct rs_segment *)register_at(cpu, reg) = value.segment; break;
  case SHAPE_TABLE: *(struct rs_table_register *)register_at(cpu, reg) = value.table; break;
  default: register_exchange(cpu, reg, value.word[0]);
  }
}

/* Control and debug registers: their state before a trial, and what became of it. */
#include "registers.h"

#include "instructions.h"
#include "output.h"
#include "text.h"
#include "trial.h"

#define DEBUG_REGISTER(name)                                                                                 \
  static uintptr_t read_##name(void) {                                                                       \
    uintptr_t value;                                                                                         \
    __asm__ volatile("mov %%" #name ", %0" : "=r"(value));                                                   \
    return value;                                                                                            \
  }                                                                                                          \
  static void write_##name(uintptr_t value) {                                                                \
    __asm__ volatile("mov %0, %%" #name : : "r"(value));                                                     \
  }

DEBUG_REGISTER(dr0)
DEBUG_REGISTER(dr1)
DEBUG_REGISTER(dr2)
DEBUG_REGISTER(dr3)
DEBUG_REGISTER(dr6)
DEBUG_REGISTER(dr7)

#define DR6_BASE 0xffff0ff0
#define DR7_BASE 0x400

#if LONG_MODE
CONTROL_REGISTER(cr8)
#else
static uintptr_t read_cr8(void) {
  return 0;
}
static void write_cr8(uintptr_t value) {
  (void)value;
}
#endif

/* CR0 first, which may end paging, then what the tables are; CR3 last. */
static struct {
  const char *name;
  uintptr_t (*read)(void);
  void (*write)(uintptr_t value);
  uintptr_t base, before, after;
} registers[] = {
  { "cr0", read_cr0, write_cr0, CR0_BASE, 0, 0 }, { "cr4", read_cr4, write_cr4, CR4_BASE, 0, 0 },
  { "cr2", read_cr2, write_cr2, 0, 0, 0 },        { "cr8", read_cr8, write_cr8, 0, 0, 0 },
  { "dr0", read_dr0, write_dr0, 0, 0, 0 },        { "dr1", read_dr1, write_dr1, 0, 0, 0 },
  { "dr2", read_dr2, write_dr2, 0, 0, 0 },        { "dr3", read_dr3, write_dr3, 0, 0, 0 },
  { "dr6", read_dr6, write_dr6, DR6_BASE, 0, 0 }, { "dr7", read_dr7, write_dr7, DR7_BASE, 0, 0 },
  { "cr3", read_cr3, write_cr3, 0, 0, 0 },
};

void registers_init(void) {
  registers[COUNT(registers) - 1].base = read_cr3();
  for (unsigned i = 0; i < COUNT(registers); i++)
    registers[i].write(registers[i].base);
}

void registers_reset(void) {
  for (unsigned i = 0; i < COUNT(registers); i++)
    if (registers[i].read() != registers[i].base) registers[i].write(registers[i].base);
}

uint32_t registers_cr4_optional(void) {
  struct cpuid leaf = cpuid(7);
  return (leaf.ebx & CPUID_7_EBX_FSGSBASE ? CR4_FSGSBASE : 0) | (leaf.ebx & CPUID_7_EBX_SMEP ? CR4_SMEP : 0) |
         (leaf.ebx & CPUID_7_EBX_SMAP ? CR4_SMAP : 0) | (leaf.ecx & CPUID_7_ECX_UMIP ? CR4_UMIP : 0) |
         (leaf.ecx & CPUID_7_ECX_LA57 ? CR4_LA57 : 0);
}

void registers_set_breakpoint(unsigned number, uintptr_t address) {
  static void (*const write[])(uintptr_t value) = { write_dr0, write_dr1, write_dr2, write_dr3 };
  write[number](address);
}

void registers_enable_breakpoints(uint32_t bits) {
  write_dr7(DR7_BASE | bits);
}

void registers_keep(void) {
  for (unsigned i = 0; i < COUNT(registers); i++)
    registers[i].before = registers[i].read();
}

void registers_take(void) {
  for (unsigned i = 0; i < COUNT(registers); i++)
    registers[i].after = registers[i].read();
  for (unsigned i = 0; i < COUNT(registers); i++)
    if (registers[i].after != registers[i].base) registers[i].write(registers[i].base);
}

void registers_tell_changes(void) {
  for (unsigned i = 0; i < COUNT(registers); i++)
    if (registers[i].after != registers[i].before)
      output_add(" %s=%p", registers[i].name, (void *)registers[i].after);
}

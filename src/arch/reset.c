/* The state after power-up, RESET or INIT. */
#include <string.h>

#include "arch/bits.h"
#include "arch/model.h"
#include "arch/perform.h"

#define DATA (SEGMENT_P | SEGMENT_S | SEGMENT_WRITABLE | SEGMENT_ACCESSED)

/* IA32_MISC_ENABLE: fast strings; no branch trace storage and no precise sampling, as CPUID says. */
#define MISC_ENABLE_AT_RESET UINT64_C(0x1801)
/* The bootstrap processor, its APIC enabled [SDM3 "Local APIC Status and Location"]. */
#define APIC_BASE_AT_RESET (UINT64_C(0xfee00100) | APIC_BASE_ENABLED)
#define PAT_AT_RESET UINT64_C(0x0007040600070406)

static void set_msr(struct rs_cpu *cpu, enum rs_register reg, uint64_t value) {
  cpu->msr[RS_MSR_INDEX(reg)] = value;
}

void cpu_at_reset(struct rs_cpu *cpu, enum rs_cpu_model model) {
  memset(cpu, 0, sizeof *cpu);
  cpu->model = model;
  cpu->rip = 0xfff0;
  cpu->rflags = RFLAGS_FIXED;
  cpu->cr0 = CR0_CD | CR0_NW | CR0_ET;
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    cpu->segment[i] = (struct rs_segment){ 0, DATA, 0xffff, 0 };
  cpu->segment[RS_SEGMENT_INDEX(RS_CS)] =
      (struct rs_segment){ 0xf000, DATA | SEGMENT_CODE, 0xffff, UINT64_C(0xffff0000) };
  cpu->gdtr.limit = cpu->idtr.limit = 0xffff;
  cpu->ldtr = (struct rs_segment){ 0, SEGMENT_P | 0x2, 0xffff, 0 };
  cpu->tr = (struct rs_segment){ 0, SEGMENT_P | 0xb, 0xffff, 0 };
  cpu->dr6 = UINT64_C(0xffff0ff0);
  cpu->dr7 = UINT64_C(0x400);
  cpu->general[RS_RDX - RS_RAX] = model_cpuid(cpu, 1, 0).eax;
  set_msr(cpu, RS_PAT, PAT_AT_RESET);
  set_msr(cpu, RS_APIC_BASE, APIC_BASE_AT_RESET);
  if (model == RS_CPU_INTEL) set_msr(cpu, RS_MISC_ENABLE, MISC_ENABLE_AT_RESET);
}

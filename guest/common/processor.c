/* Finding the processor's features and turning on those that protect the kernel or serve programs. */
#include "processor.h"

#include "bits.h"
#include "console.h"
#include "instructions.h"

struct processor processor;

static void enable_controls(uint32_t basic_edx, const struct cpuid *extended) {
  uintptr_t cr4 = read_cr4();
  uintptr_t cr0 = read_cr0() & ~(uintptr_t)(CR0_EM | CR0_TS);
  static const uint32_t round_to_nearest_all_masked = 0x1f80;
  if (!(basic_edx & CPUID_1_EDX_FXSR)) console_refuse("the processor lacks FXSAVE and SSE");
  cr4 |= CR4_OSFXSR | CR4_OSXMMEXCPT;
  if (processor.global_pages) cr4 |= CR4_PGE;
  if (extended->ebx & CPUID_7_EBX_SMEP) cr4 |= CR4_SMEP;
  if (processor.smap) cr4 |= CR4_SMAP;
  if (extended->ecx & CPUID_7_ECX_UMIP) cr4 |= CR4_UMIP;
  write_cr0(cr0 | CR0_WP | CR0_MP | CR0_NE | CR0_AM);
  write_cr4(cr4);
  __asm__ volatile("fninit; ldmxcsr %0" : : "m"(round_to_nearest_all_masked));
}

/* [SDM2 "CPUID"]: leaf 7 says nothing where leaf 0 does not reach it. */
static struct cpuid extended_features(uint32_t highest) {
  static const struct cpuid none;
  return highest >= 7 ? cpuid(7) : none;
}

void processor_init(void) {
  const struct cpuid identity = cpuid(0), basic = cpuid(1);
  const struct cpuid extended = extended_features(identity.eax);
  bool intel = identity.ebx == 0x756e6547; /* "Genu" of GenuineIntel */
  processor.hwcap = basic.edx;
  processor.smap = extended.ebx & CPUID_7_EBX_SMAP;
  processor.global_pages = basic.edx & CPUID_1_EDX_PGE;
  processor.sysenter = intel && (basic.edx & CPUID_1_EDX_SEP);
#ifdef __x86_64__
  processor.nx = cpuid(0x80000001).edx & CPUID_EXTENDED_EDX_NX;
  processor.syscall32 = !intel;
  if (processor.nx) write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
#endif
  enable_controls(basic.edx, &extended);
}

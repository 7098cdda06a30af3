/* The two processors: Ice Lake's feature set as Intel documents it, Zen 2's as AMD does, as far as offered.
 */
#include "arch/model.h"

#include <string.h>

#include "arch/descriptor.h"

/* The features are those of x86-64-v2 with the protections that transitions are about. Left out because the
 * engine has no faithful version: XSAVE and what needs it (AVX, CET, PKU), PCID, RDRAND, MONITOR, machine
 * checks, MTRRs, x2APIC. Left out on purpose: ERMS, which makes programs copy with REP MOVSB, the
 * slowest of all ways here. */

/* CPUID leaf 1 [SDM2 "CPUID—CPU Identification"] */
#define LEAF_1_ECX                                                                                           \
  (1U << 0 /* SSE3 */ | 1U << 9 /* SSSE3 */ | 1U << 13 /* CMPXCHG16B */ | 1U << 19 /* SSE4.1 */ |            \
   1U << 20 /* SSE4.2 */ | 1U << 23 /* POPCNT */)
#define LEAF_1_EDX_SHARED /* with AMD's leaf 80000001H */                                                    \
  (1U << 0 /* FPU */ | 1U << 2 /* DE */ | 1U << 3 /* PSE */ | 1U << 4 /* TSC */ | 1U << 5 /* MSR */ |        \
   1U << 6 /* PAE */ | 1U << 8 /* CMPXCHG8B */ | 1U << 13 /* PGE */ | 1U << 15 /* CMOV */ |                  \
   1U << 16 /* PAT */ | 1U << 17 /* PSE-36 */ | 1U << 23 /* MMX */ | 1U << 24 /* FXSR */)
#define LEAF_1_EDX                                                                                           \
  (LEAF_1_EDX_SHARED | 1U << 11 /* SEP */ | 1U << 19 /* CLFSH */ | 1U << 25 /* SSE */ | 1U << 26 /* SSE2 */)
#define EDX_APIC (1U << 9)   /* of both leaves, while the local APIC is enabled */
#define LEAF_1_EBX (8U << 8) /* CLFLUSH lines of 64 bytes; the APIC's number, which is 0 */

/* Leaf 7 */
#define LEAF_7_EBX (1U << 0 /* FSGSBASE */ | 1U << 7 /* SMEP */ | 1U << 20 /* SMAP */)
#define LEAF_7_ECX (1U << 2 /* UMIP */ | 1U << 22 /* RDPID */)
#define LEAF_7_ECX_LA57 (1U << 16)

/* Leaf 80000001H */
#define EXTENDED_1_ECX (1U << 0 /* LAHF in 64-bit mode */)
#define EXTENDED_1_ECX_AMD (EXTENDED_1_ECX | 1U << 17 /* TCE */)
#define EXTENDED_1_EDX                                                                                       \
  (1U << 20 /* NX */ | 1U << 26 /* 1 GiB pages */ | 1U << 27 /* RDTSCP */ | 1U << 29 /* long mode */)
#define EXTENDED_1_EDX_SYSCALL (1U << 11)

#define INTEL_SIGNATURE 0x000606a6U /* family 6, model 6AH: Ice Lake */
#define AMD_SIGNATURE 0x00830f10U   /* family 17H, model 31H: Zen 2 */

/* What a program asks before it chooses how to copy: 32 KiB first-level, then 1 MiB and 16 MiB. Leaf 4:
 * EAX type and level, EBX ways and line, ECX sets. */
#define CACHE(type, level) (1U << 26 | 1U << 8 | (level) << 5 | (type))
#define WAYS(n) (((n)-1U) << 22 | 63U)

struct cpuid_row {
  uint32_t leaf, subleaf; /* ANY_SUBLEAF where it is not looked at */
  struct cpuid_result result;
};

#define ANY_SUBLEAF UINT32_MAX
#define HIGHEST_LEAF 7U
#define HIGHEST_EXTENDED_LEAF 0x80000008U

/* Registers in the order EAX, EBX, ECX, EDX. Leaves that are absent are all zeros. */
static const struct cpuid_row intel_rows[] = {
  { 0, ANY_SUBLEAF, { HIGHEST_LEAF, 0x756e6547, 0x6c65746e, 0x49656e69 } }, /* "GenuineIntel" */
  { 1, ANY_SUBLEAF, { INTEL_SIGNATURE, LEAF_1_EBX, LEAF_1_ECX, LEAF_1_EDX } },
  { 2, ANY_SUBLEAF, { 0x0000ff01, 0, 0, 0 } }, /* "leaf 4 describes the caches" */
  { 4, 0, { CACHE(1, 1), WAYS(8), 63, 0 } },
  { 4, 1, { CACHE(2, 1), WAYS(8), 63, 0 } },
  { 4, 2, { CACHE(3, 2), WAYS(16), 1023, 0 } },
  { 4, 3, { CACHE(3, 3), WAYS(16), 16383, 0 } },
  { 7, 0, { 0, LEAF_7_EBX, LEAF_7_ECX | LEAF_7_ECX_LA57, 0 } },
  { 0x80000000, ANY_SUBLEAF, { HIGHEST_EXTENDED_LEAF, 0, 0, 0 } },
  { 0x80000001, ANY_SUBLEAF, { 0, 0, EXTENDED_1_ECX, EXTENDED_1_EDX } },
  { 0x80000006, ANY_SUBLEAF, { 0, 0, 1024U << 16 | 8U << 12 | 64, 0 } },
  { 0x80000008, ANY_SUBLEAF, { 57U << 8 | MODEL_PHYSICAL_BITS, 0, 0, 0 } },
};

static const struct cpuid_row amd_rows[] = {
  { 0, ANY_SUBLEAF, { HIGHEST_LEAF, 0x68747541, 0x444d4163, 0x69746e65 } }, /* "AuthenticAMD" */
  { 1, ANY_SUBLEAF, { AMD_SIGNATURE, LEAF_1_EBX, LEAF_1_ECX, LEAF_1_EDX } },
  { 7, 0, { 0, LEAF_7_EBX, LEAF_7_ECX, 0 } },
  { 0x80000000, ANY_SUBLEAF, { HIGHEST_EXTENDED_LEAF, 0x68747541, 0x444d4163, 0x69746e65 } },
  { 0x80000001,
    ANY_SUBLEAF,
    { AMD_SIGNATURE, 0, EXTENDED_1_ECX_AMD, EXTENDED_1_EDX | EXTENDED_1_EDX_SYSCALL | LEAF_1_EDX_SHARED } },
  { 0x80000005,
    ANY_SUBLEAF,
    { 0, 0, 32U << 24 | 8U << 16 | 1U << 8 | 64, 32U << 24 | 8U << 16 | 1U << 8 | 64 } },
  { 0x80000006,
    ANY_SUBLEAF,
    { 0, 0, 1024U << 16 | 8U << 12 | 1U << 8 | 64, 32U << 18 | 8U << 12 | 1U << 8 | 64 } },
  { 0x80000008, ANY_SUBLEAF, { 48U << 8 | MODEL_PHYSICAL_BITS, 1U << 20 /* EFER.LMSLE is absent */, 0, 0 } },
};

unsigned model_linear_bits(enum rs_cpu_model model) {
  return model == RS_CPU_INTEL ? 57 : 48;
}

uint64_t model_cr4_bits(enum rs_cpu_model model) {
  static const uint64_t shared = CR4_TSD | CR4_DE | CR4_PSE | CR4_PAE | CR4_PGE | CR4_PCE | CR4_OSFXSR |
                                 CR4_OSXMMEXCPT | CR4_UMIP | CR4_FSGSBASE | CR4_SMEP | CR4_SMAP;
  return model == RS_CPU_INTEL ? shared | CR4_LA57 : shared;
}

bool model_address_is_canonical(enum rs_cpu_model model, uint64_t address) {
  unsigned unused = 64 - model_linear_bits(model);
  return (uint64_t)((int64_t)(address << unused) >> unused) == address;
}

/* [SDM2 "CPUID—CPU Identification"]: past the highest leaf Intel answers as for the highest basic one, and
 * AMD with zeros. */
static uint32_t leaf_in_range(enum rs_cpu_model model, uint32_t leaf) {
  uint32_t highest = leaf & 0x80000000 ? HIGHEST_EXTENDED_LEAF : HIGHEST_LEAF;
  return leaf > highest && model == RS_CPU_INTEL ? HIGHEST_LEAF : leaf;
}

/* The processor brand string: 48 bytes over three leaves. */
static struct cpuid_result brand_part(enum rs_cpu_model model, unsigned part) {
  static const char brands[2][48] = { [RS_CPU_INTEL] = "Ringside virtual processor, Intel profile",
                                      [RS_CPU_AMD] = "Ringside virtual processor, AMD profile" };
  struct cpuid_result result;
  memcpy(&result, brands[model] + sizeof result * part, sizeof result);
  return result;
}

static struct cpuid_result row_find(enum rs_cpu_model model, uint32_t leaf, uint32_t subleaf) {
  bool intel = model == RS_CPU_INTEL;
  const struct cpuid_row *rows = intel ? intel_rows : amd_rows;
  unsigned count = intel ? sizeof intel_rows / sizeof *intel_rows : sizeof amd_rows / sizeof *amd_rows;
  for (unsigned i = 0; i < count; i++)
    if (rows[i].leaf == leaf && (rows[i].subleaf == ANY_SUBLEAF || rows[i].subleaf == subleaf))
      return rows[i].result;
  return (struct cpuid_result){ 0, 0, 0, 0 };
}

struct cpuid_result model_cpuid(const struct rs_cpu *cpu, uint32_t leaf, uint32_t subleaf) {
  leaf = leaf_in_range(cpu->model, leaf);
  if (leaf >= 0x80000002 && leaf <= 0x80000004) return brand_part(cpu->model, leaf - 0x80000002);
  struct cpuid_result result = row_find(cpu->model, leaf, subleaf);
  bool apic = cpu->msr[RS_MSR_INDEX(RS_APIC_BASE)] & APIC_BASE_ENABLED;
  if (apic && (leaf == 1 || (leaf == 0x80000001 && cpu->model == RS_CPU_AMD))) result.edx |= EDX_APIC;
  /* Intel has SYSCALL in 64-bit mode alone, and says so there alone. */
  if (leaf == 0x80000001 && cpu_is_64_bit_mode(cpu)) result.edx |= EXTENDED_1_EDX_SYSCALL;
  return result;
}

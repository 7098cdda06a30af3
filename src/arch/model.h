/* What each vendor's processor offers: its features, address widths, CPUID leaves, and the bits they reserve.
 */
#ifndef ARCH_MODEL_H
#define ARCH_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "ringside/cpu.h"

/* MAXPHYADDR. It equals the engine's own, so that both find the same bits of a page-table entry reserved. */
enum { MODEL_PHYSICAL_BITS = 40 };

/* The widest linear address that the model supports, whatever mode is in force: 48 or 57 bits. */
unsigned model_linear_bits(enum rs_cpu_model model);

/* CR4 bits that exist; all others are reserved. */
uint64_t model_cr4_bits(enum rs_cpu_model model);

/* True when `address` is canonical for the widest linear address that the model supports: the rule for what
 * is loaded into MSRs and into the bases of segments and tables, whatever CR4.LA57 says. */
bool model_address_is_canonical(enum rs_cpu_model model, uint64_t address);

struct cpuid_result {
  uint32_t eax, ebx, ecx, edx;
};

/* CPUID as `cpu` answers it in its present mode. */
struct cpuid_result model_cpuid(const struct rs_cpu *cpu, uint32_t leaf, uint32_t subleaf);

#endif

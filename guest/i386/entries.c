/* Pointing the processor at the kernel's fast entry. */
#include "bits.h"
#include "descriptors.h"
#include "instructions.h"
#include "processor.h"
#include "selectors.h"

extern const char entry_sysenter[];

void processor_init_entries(void) {
  if (!processor.sysenter) return;
  write_msr(MSR_SYSENTER_CS, SELECTOR_KERNEL_CS);
  write_msr(MSR_SYSENTER_ESP, descriptors_kernel_stack_field());
  write_msr(MSR_SYSENTER_EIP, (uintptr_t)entry_sysenter);
}

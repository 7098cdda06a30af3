/* Pointing the processor at the kernel's fast entries. */
#include "bits.h"
#include "descriptors.h"
#include "instructions.h"
#include "processor.h"
#include "selectors.h"

extern const char entry_syscall[], entry_syscall32[], entry_sysenter[];

void processor_init_entries(void) {
  write_msr(MSR_GS_BASE, (uintptr_t)&processor);
  write_msr(MSR_KERNEL_GS_BASE, 0);
  write_msr(MSR_STAR, (uint64_t)SELECTOR_SYSRET_BASE << 48 | (uint64_t)SELECTOR_KERNEL_CS << 32);
  write_msr(MSR_LSTAR, (uintptr_t)entry_syscall);
  write_msr(MSR_CSTAR, (uintptr_t)entry_syscall32);
  write_msr(MSR_FMASK, FLAGS_TF | FLAGS_IF | FLAGS_DF | FLAGS_IOPL | FLAGS_NT | FLAGS_RF | FLAGS_AC);
  write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_SCE);
  if (!processor.sysenter) return;
  write_msr(MSR_SYSENTER_CS, SELECTOR_KERNEL_CS);
  descriptors_set_kernel_stack(processor.stack);
  write_msr(MSR_SYSENTER_EIP, (uintptr_t)entry_sysenter);
}

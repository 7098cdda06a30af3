/* The FPU, the segments and their bases, to and from the processor. */
#include "thread_state.h"

#include "bits.h"
#include "descriptors.h"
#include "instructions.h"
#include "processor.h"
#include "segments.h"

/* While the kernel runs, the program's GS base stands in KERNEL_GS_BASE [SDM2 "SWAPGS"]. */
void thread_state_save(struct thread_state *state) {
  fpu_save(state->fpu);
  for (unsigned slot = 0; slot < TLS_SLOTS; slot++)
    state->tls[slot] = descriptors_tls(slot);
  state->ds = read_ds();
  state->es = read_es();
  state->fs = read_fs();
  state->gs = read_gs();
  state->fs_base = read_msr(MSR_FS_BASE);
  state->gs_base = read_msr(MSR_KERNEL_GS_BASE);
}

/* An exception from a program leaves SS null, and AMD's SYSRET gives SS back a selector without the segment
 * behind it [APM3 "SYSRET"]: a task that left by an exception must not leave that to one that entered by
 * SYSCALL. */
static void load_stack_segment(void) {
  uint32_t selector;
  __asm__ volatile("movl %%ss, %0" : "=r"(selector));
  if ((uint16_t)selector == SELECTOR_KERNEL_DS) return;
  __asm__ volatile("movl %0, %%ss" : : "r"(SELECTOR_KERNEL_DS) : "memory");
}

/* Selectors first: loading FS and GS loads their bases, too. */
void thread_state_load(const struct thread_state *state) {
  fpu_load(state->fpu);
  for (unsigned slot = 0; slot < TLS_SLOTS; slot++)
    descriptors_set_tls(slot, state->tls[slot]);
  load_stack_segment();
  write_ds(state->ds);
  write_es(state->es);
  write_fs(state->fs);
  write_gs(state->gs);
  write_msr(MSR_FS_BASE, state->fs_base);
  write_msr(MSR_GS_BASE, (uintptr_t)&processor);
  write_msr(MSR_KERNEL_GS_BASE, state->gs_base);
}

/* The FPU and the segments, to and from the processor. */
#include "thread_state.h"

#include "descriptors.h"
#include "instructions.h"
#include "segments.h"

void thread_state_save(struct thread_state *state) {
  fpu_save(state->fpu);
  for (unsigned slot = 0; slot < TLS_SLOTS; slot++)
    state->tls[slot] = descriptors_tls(slot);
  state->fs = read_fs();
  state->gs = read_gs();
}

void thread_state_load(const struct thread_state *state) {
  fpu_load(state->fpu);
  for (unsigned slot = 0; slot < TLS_SLOTS; slot++)
    descriptors_set_tls(slot, state->tls[slot]);
  write_fs(state->fs);
  write_gs(state->gs);
}

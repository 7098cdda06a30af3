/* A program's processor state before its first instruction, the same for both kernels. */
#include "thread_state.h"

#include "text.h"

/* Of the FXSAVE image [SDM2 "FXSAVE"]: the control words, all exceptions masked. */
#define FPU_CONTROL 0
#define FPU_MXCSR 24

void thread_state_init_fpu(uint8_t *image) {
  static const uint16_t control = 0x37f;
  static const uint32_t mxcsr = 0x1f80;
  memset(image, 0, FPU_SIZE);
  memcpy(image + FPU_CONTROL, &control, sizeof control);
  memcpy(image + FPU_MXCSR, &mxcsr, sizeof mxcsr);
}

void thread_state_init(struct thread_state *state, bool wide) {
  memset(state, 0, sizeof *state);
  thread_state_init_fpu(state->fpu);
  if (!wide) state->ds = state->es = SELECTOR_USER_DS;
}

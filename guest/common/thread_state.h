/* What of the processor's state belongs to a program and lies in no frame: the FPU, segments and their bases.
 */
#ifndef GUEST_THREAD_STATE_H
#define GUEST_THREAD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "selectors.h"

#define FPU_SIZE 512 /* what FXSAVE writes [SDM2 "FXSAVE"] */

struct thread_state {
  uint8_t fpu[FPU_SIZE] __attribute__((aligned(16)));
  uint64_t tls[TLS_SLOTS];   /* descriptors of the GDT */
  uint64_t fs_base, gs_base; /* x86-64 kernel only */
  uint16_t ds, es, fs, gs;   /* of these the i386 kernel has DS and ES in its frames */
};

/* That of a program before its first instruction; `wide` for a 64-bit one. */
void thread_state_init(struct thread_state *state, bool wide);

void thread_state_init_fpu(uint8_t *image);

/* To and from the processor. A selector that names nothing any more becomes null. */
void thread_state_save(struct thread_state *state);
void thread_state_load(const struct thread_state *state);

#endif

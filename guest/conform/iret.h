/* A frame for IRET, and the attempt that returns by it. */
#ifndef CONFORM_IRET_H
#define CONFORM_IRET_H

#include "trial.h"

struct iret_frame {
  unsigned width; /* 2, 4 or 8 bytes each */
  uintptr_t ip, cs, flags, sp, ss;
};

/* The guest's own width, to STAGE_ARRIVE in a ring with that ring's segments. */
struct iret_frame iret_frame_to(unsigned ring);

/* The instruction in the guest's own code. */
const void *iret_instruction(unsigned width);

/* From `ring`, with the frame on its stack. */
struct attempt iret_start(unsigned ring, const struct iret_frame *frame);

#endif

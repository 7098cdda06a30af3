/* A frame for IRET or RETF, and the attempt that returns by it. */
#ifndef CONFORM_RETURNS_H
#define CONFORM_RETURNS_H

#include "trial.h"

enum return_by { BY_IRET, BY_RETF };

struct return_frame {
  enum return_by by;
  unsigned width;   /* 2, 4 or 8 bytes each */
  unsigned other;   /* executed in code of the other size */
  unsigned release; /* RETF's operand */
  uintptr_t ip, cs, flags, sp, ss;
};

/* The guest's own width, to STAGE_ARRIVE in a ring with that ring's segments. */
struct return_frame return_frame_to(enum return_by by, unsigned ring);

/* From `ring`, with the frame on its stack. */
struct attempt return_start(unsigned ring, const struct return_frame *frame);

/* Makes that, and ends the line. */
void return_make(unsigned ring, const struct return_frame *frame);

/* Opens "iret.NAME" or "retf.NAME". */
bool return_open(enum return_by by, const char *name);

#endif

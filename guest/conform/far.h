/* A far JMP or CALL through memory. */
#ifndef CONFORM_FAR_H
#define CONFORM_FAR_H

#include "trial.h"

struct far_pointer {
  bool call;
  unsigned width, other; /* of the offset, in bytes; executed in code of the other size */
  unsigned selector;
  uintptr_t offset;
};

/* To STAGE_ARRIVE, with the guest's own width: in 64-bit code 32 bits. */
struct far_pointer far_to(bool call, unsigned selector);

struct attempt far_start(unsigned ring, const struct far_pointer *pointer);

/* Makes that, with the stack told in words of the width, and ends the line. */
void far_make(unsigned ring, const struct far_pointer *pointer);

#endif

/* What an event of the log wrote, and what it took that from. */
#ifndef EXPLAIN_SOURCES_H
#define EXPLAIN_SOURCES_H

#include "explain/offsets.h"
#include "trace/disasm.h"

enum { SOURCES = 6 };

/* Places, as steps that read them. */
struct sources {
  unsigned count;
  struct rs_step place[SOURCES];
  bool valued[SOURCES];
};

/* Bytes of a place that were written: from `first` on, counted from its beginning, `size` of them. Of a
 * register all. */
struct extent {
  unsigned first, size;
  uint64_t linear; /* of the first of them, as it was written */
  bool left_other; /* what the write left there is not what was found */
};

/* The step by which a transition wrote the place, or NULL. Accessed, dirty and busy bits do not count. */
const struct rs_step *transition_wrote(const struct rs_transition *transition, const struct culprit *culprit,
                                       const struct offsets *offsets, struct extent *extent);

/* Whether a plain instruction wrote the register or the memory. */
bool instruction_wrote(struct disasm *disasm, const struct rs_instruction_event *event,
                       const struct culprit *culprit, const struct offsets *offsets, struct extent *extent);

/* What `step` of the transition took its value from. Where it pushed over what was no place for a stack,
 * `stray`, that is where it had the stack pointer from. */
void sources_of_transition(const struct rs_transition *transition, const struct rs_step *step, bool stray,
                           struct sources *out);

/* What a plain instruction, executed in the state `before`, made of what. `extent` is the memory that it
 * wrote, all zeros where that was a register. */
void sources_of_instruction(struct disasm *disasm, const struct rs_cpu *before, const uint8_t *bytes,
                            size_t length, const struct extent *extent, struct sources *out);

#endif

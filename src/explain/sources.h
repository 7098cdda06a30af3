/* What an event of the log wrote, and what it took that from. */
#ifndef EXPLAIN_SOURCES_H
#define EXPLAIN_SOURCES_H

#include "explain/scene.h"
#include "trace/disasm.h"

enum { SOURCES = 6 };

/* Places, as steps that read them. */
struct sources {
  unsigned count;
  struct rs_step place[SOURCES];
  bool valued[SOURCES];
};

/* The step by which a transition wrote the place, or NULL. Accessed, dirty and busy bits do not count. */
const struct rs_step *transition_wrote(const struct rs_transition *transition, const struct culprit *culprit,
                                       const struct offsets *offsets);

/* Whether a plain instruction changed or wrote it; the value that it left, as far as that is known. */
bool instruction_wrote(const struct rs_instruction_event *event, const struct culprit *culprit,
                       const struct offsets *offsets, uint64_t *linear);

/* What `step` of the transition took its value from. */
void sources_of_transition(const struct rs_transition *transition, const struct rs_step *step,
                           struct sources *out);

/* What a plain instruction, executed in the state `before`, took from; `linear` is the memory it wrote, if it
 * was that, and `reg` the register. */
void sources_of_instruction(struct disasm *disasm, const struct rs_cpu *before, const uint8_t *bytes,
                            size_t length, uint64_t linear, struct sources *out);

#endif

/* The micro-steps of two transitions side by side: what both do stands in one row. */
#ifndef COMPARE_ALIGN_H
#define COMPARE_ALIGN_H

#include "ringside/transition.h"

enum align_side { ALIGN_BOTH, ALIGN_FIRST, ALIGN_SECOND };

struct align_row {
  enum align_side side;
  uint16_t step[2]; /* the first of those that are told together; of a side that has none, 0 */
};

struct alignment {
  unsigned count;
  struct align_row *row;
};

/* As many steps as possible in common (their longest common subsequence), by what they check, read or write,
 * whatever its value. False when memory is short. Of steps that are told together (trace/brief.h) the first
 * one counts. */
bool align_transitions(const struct rs_transition *a, const struct rs_transition *b,
                       struct alignment *alignment);
void align_free(struct alignment *alignment);

#endif

/* How far linear addresses lie from physical ones. */
#ifndef EXPLAIN_OFFSETS_H
#define EXPLAIN_OFFSETS_H

#include "explain/explanation.h"

enum { OFFSET_LIMIT = 16 };

/* How far linear addresses have been seen to lie from the physical ones that they stood for: so that a
 * page-table entry, which a transition reads by its physical address, is known again where an instruction
 * writes it. */
struct offsets {
  unsigned count;
  uint64_t offset[OFFSET_LIMIT];
};

/* Takes what a transition read and wrote into account. */
void offsets_follow(struct offsets *offsets, const struct rs_transition *transition);

#endif

/* What a log says of the event that is to be explained. */
#ifndef EXPLAIN_SCENE_H
#define EXPLAIN_SCENE_H

#include "explain/explanation.h"
#include "explain/pic.h"
#include "explain/tape.h"

enum { SCENE_OFFSETS = 16 };

/* How far linear addresses have been seen to lie from the physical ones that they stood for: so that a
 * page-table entry, which a transition reads by its physical address, is known again where an instruction
 * writes it. */
struct offsets {
  unsigned count;
  uint64_t offset[SCENE_OFFSETS];
};

/* What was learnt on the way to the event, besides what the explanation holds. */
struct scene {
  struct offsets offsets;
  struct pic_story pic; /* of an interrupt at a vector of exceptions */
};

/* Reads the log up to the event `e->ordinal` and fills in what happened there, and the chain of failures. */
enum rs_status scene_read(struct tape *tape, struct explanation *e, struct scene *scene,
                          struct rs_error *error);

#endif

/* Where two runs first part. */
#ifndef COMPARE_DIFFERENCE_H
#define COMPARE_DIFFERENCE_H

#include "compare/side.h"

enum { DIFFERENCE_TEXT = 512 };

struct difference {
  bool found;
  uint64_t event[2]; /* which of each log's events, from 1; 0: the log has none left */
  char headline[2][SIDE_LINE];
  char what[DIFFERENCE_TEXT];     /* "register rax after it", "micro-step 3" */
  char value[2][DIFFERENCE_TEXT]; /* of that */
};

/* Compares the events at hand; what is told first decides. */
void difference_find(struct difference *difference, const struct side side[2]);

#endif

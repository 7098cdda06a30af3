/* Two runs side by side: what each is and does, one transition of each step by step, and where they part. */
#ifndef RINGSIDE_COMPARE_H
#define RINGSIDE_COMPARE_H

#include "ringside/log.h"

enum { RS_COMPARE_WIDTH_MIN = 60, RS_COMPARE_WIDTH = 100, RS_COMPARE_WIDTH_MAX = 400 };

struct rs_compare_options {
  uint64_t at[2]; /* the transitions to hold against each other; 0: the first entry of each, and its return */
  bool difference_only; /* only where they first differ */
  bool json;            /* docs/compare.md */
  bool colour;
  unsigned width; /* of text: RS_COMPARE_WIDTH_MIN to RS_COMPARE_WIDTH_MAX columns */
};

/* Reads both logs, which have just been opened, to their ends, and writes what is found to `file`; `*same`
 * tells whether they tell the same run. RS_BAD_LOG where one is damaged or cut off: what is whole has been
 * compared then. RS_BAD_ARGUMENT where a log does not have the transition that `at` names. */
enum rs_status rs_compare(struct rs_log *const log[2], const char *const name[2],
                          const struct rs_compare_options *options, FILE *file, bool *same,
                          struct rs_error *error);

#endif

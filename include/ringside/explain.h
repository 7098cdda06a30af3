/* Why a run went wrong, told from its log in words: which check failed, what it saw, and who put that there.
 */
#ifndef RINGSIDE_EXPLAIN_H
#define RINGSIDE_EXPLAIN_H

#include "ringside/log.h"

struct rs_explain_options {
  uint64_t at; /* the transition to explain; 0: what ended the run badly */
  bool json;   /* one object (docs/explain.md), else text */
  bool colour;
};

/* Explains a log, hostile input, that has just been opened and can be sought in. RS_BAD_LOG when it is
 * damaged or cut off: what is whole of it has been explained. RS_BAD_ARGUMENT when there is no transition
 * `at`. */
enum rs_status rs_explain(struct rs_log *log, const struct rs_explain_options *options, FILE *out,
                          struct rs_error *error);

#endif

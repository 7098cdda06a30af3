/* Which event of a log is to be explained. */
#ifndef EXPLAIN_CHOOSE_H
#define EXPLAIN_CHOOSE_H

#include "explain/explanation.h"
#include "explain/offsets.h"
#include "explain/tape.h"

/* Reads the whole log and fills of `e` the verdict, the number, the ordinal, `call_number`, `repeated`,
 * `later`, `within` and what is said of the log itself; and `offsets`. A damaged log is read as far as it is
 * whole. With `at`, the transition of that number: RS_BAD_ARGUMENT where there is none. */
enum rs_status choose(struct tape *tape, uint64_t at, struct explanation *e, struct offsets *offsets,
                      struct rs_error *error);

#endif

/* The way back: who wrote what the failed check saw, and what that was made of. */
#ifndef EXPLAIN_TRAIL_H
#define EXPLAIN_TRAIL_H

#include "explain/sources.h"
#include "explain/tape.h"

/* Finds the writers of all culprits of `e`, adds the places that those took their values from, and so on. */
enum rs_status trail_follow(struct tape *tape, struct explanation *e, const struct offsets *offsets,
                            struct disasm *disasm, struct rs_error *error);

#endif

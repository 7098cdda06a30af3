/* Segment checks of plain code outside 64-bit mode [SDM3 "Limit Checking"], [SDM3 "Type Checking"]. */
#ifndef ENGINE_LIMITS_H
#define ENGINE_LIMITS_H

#include "engine/internal.h"

/* Has the block that is translated now checked where its segments want it. False: no memory. */
bool limits_describe(struct engine *e, struct piece *p);

/* Widens the range of addresses to be hooked by what is checked within the block; true if anything is. */
bool limits_window(const struct piece *p, uint64_t *begin, uint64_t *end);

/* Before the plain instruction at `address` of the block under way: true when a segment refuses an access of
 * its own, and then what is raised. */
bool limits_refuse(struct engine *e, uint64_t address, struct engine_exception *fault);

/* Before any instruction there: the same when its bytes are not all within the code segment. */
bool limits_refuse_fetch(struct engine *e, uint64_t address, struct engine_exception *fault);

/* The same when the library could not fetch all bytes of the instruction at `linear`. */
bool limits_refuse_missing(struct engine *e, uint64_t linear, struct engine_exception *fault);

/* The near branch that led to the refused `linear` from within the code segment; NO_LINEAR when none did. */
uint64_t limits_branch(const struct engine *e, uint64_t linear);

#endif

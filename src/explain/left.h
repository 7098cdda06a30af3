/* What a plain instruction's write left in a place. */
#ifndef EXPLAIN_LEFT_H
#define EXPLAIN_LEFT_H

#include "explain/sources.h"

/* The bits of a place that the processor sets by itself. */
uint64_t culprit_marks(const struct culprit *culprit);

/* Whether the write left what was found there later, as far as that is known, and but for the bits that the
 * processor sets itself. `extent` is what it covers of the place. */
bool write_left_it(const struct culprit *culprit, const struct rs_memory_change *write,
                   const struct extent *extent);

/* Whether the write is to a page-table entry by a mapping that the log says nothing of, as of tables that map
 * themselves: it is at the same place in a page, and made the entry what was found. An empty entry is like
 * any other, and not known again. */
bool write_was_to_entry(const struct culprit *culprit, const struct rs_memory_change *write,
                        struct extent *extent);

#endif

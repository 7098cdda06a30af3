/* The part of the text that tells what the failed check saw, and where that came from. */
#ifndef EXPLAIN_TEXT_CULPRITS_H
#define EXPLAIN_TEXT_CULPRITS_H

#include "explain/explanation.h"
#include "explain/page.h"

/* Each culprit of the failure that is explained on a line, and beneath it the way back. */
void text_culprits(struct page *page, const struct explanation *e);

/* " (ring 3, instruction 15)". */
void text_when(struct output *words, unsigned ring, uint64_t instructions);

#endif

/* Frames that were popped from another place than they were pushed to. */
#ifndef EXPLAIN_SHIFT_H
#define EXPLAIN_SHIFT_H

#include "explain/explanation.h"

/* Whether a word that was popped as the one item had been pushed as the other: items of a frame. */
bool frame_is_shifted(uint16_t popped, uint16_t pushed);

/* Whether it was popped as what it had been pushed as. */
bool frame_is_kept(uint16_t popped, uint16_t pushed);

/* Fills e->shift once the writers of the culprits are known. */
void shift_find(struct explanation *e);

#endif

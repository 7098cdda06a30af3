/* Frames that were popped from another place than they were pushed to. */
#ifndef EXPLAIN_SHIFT_H
#define EXPLAIN_SHIFT_H

#include "explain/explanation.h"

/* Fills e->shift once the writers of the culprits are known. */
void shift_find(struct explanation *e);

#endif

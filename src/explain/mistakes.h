/* The usual mistakes that lead to what is explained. */
#ifndef EXPLAIN_MISTAKES_H
#define EXPLAIN_MISTAKES_H

#include "explain/explanation.h"

enum { MISTAKE_LIMIT = 2 };

/* Fills `list` with sentences without a full stop; returns how many. */
unsigned mistakes_list(const struct explanation *e, const char *list[MISTAKE_LIMIT]);

/* What raises an exception that no check does: "the divisor is 0 ..."; NULL where there is nothing to say. */
const char *mistakes_exception(uint8_t vector);

#endif

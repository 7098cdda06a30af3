/* Which registers differ between two states. */
#ifndef TRACE_CHANGES_H
#define TRACE_CHANGES_H

#include "ringside/cpu.h"

/* Fills `changed`, in the order of enum rs_register, and returns how many there are. RIP and the time-stamp
 * counter, which every instruction changes, are left out. */
unsigned changes_list(const struct rs_cpu *before, const struct rs_cpu *after,
                      enum rs_register changed[RS_REGISTER_COUNT]);

/* Whether two values of a register do. */
bool values_differ(enum rs_register reg, const union rs_value *a, const union rs_value *b);

/* Whether this one does. */
bool register_differs(const struct rs_cpu *before, const struct rs_cpu *after, enum rs_register reg);

#endif

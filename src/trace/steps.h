/* The micro-steps of a transition and the stacks around it, as text in columns. */
#ifndef TRACE_STEPS_H
#define TRACE_STEPS_H

#include "ringside/trace.h"
#include "trace/output.h"

enum { TEXT_WIDTH = 110 }; /* what lines keep to where they can */

/* Every step on a line of its own, numbered from 0 as in the transition; a second line where it needs one. */
void steps_print(struct output *output, const struct rs_transition *transition,
                 const struct rs_symbols *symbols);

/* The words around the old and the new stack pointer, side by side, the higher addresses above. */
void stacks_print(struct output *output, const struct rs_transition_event *event);

#endif

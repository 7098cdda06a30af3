/* The micro-steps of a transition and the stacks around it, as text in columns. */
#ifndef TRACE_STEPS_H
#define TRACE_STEPS_H

#include "ringside/trace.h"
#include "trace/output.h"

enum { TEXT_WIDTH = 110 }; /* what lines keep to where they can */

/* Every step on a line of its own, numbered from 0 as in the transition; a second line where it needs one. */
void steps_print(struct output *output, const struct rs_transition *transition,
                 const struct rs_symbols *symbols);

/* Of a read or write of memory. */
uint64_t step_linear(const struct rs_step *step);

/* Whether it reads a page-table entry, as walks do. */
bool step_is_page_entry(const struct rs_step *step);

/* The address whose walk begins at step `index`; false when that cannot be known. */
bool step_walked_address(const struct rs_transition *transition, unsigned index, uint64_t *linear);

/* The words around the old and the new stack pointer, side by side, the higher addresses above. */
void stacks_print(struct output *output, const struct rs_transition_event *event);

/* The address of word `i` of a window. */
uint64_t stack_word_address(const struct rs_stack_window *window, unsigned i);

/* What the first `steps` of a transition popped from, or pushed to, the word at `address`: the last one wins;
 * NULL: nothing. */
const struct rs_step *stack_word_step(const struct rs_transition *transition, unsigned steps,
                                      uint64_t address, unsigned word_size, bool pushed);

/* "RFLAGS", "SS", "error code": what such a step pushed or popped. */
void stack_print_name(struct output *output, const struct rs_step *step);

#endif

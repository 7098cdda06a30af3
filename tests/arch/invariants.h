/* What holds of every state and of every transition, whatever the guest does. */
#ifndef TESTS_ARCH_INVARIANTS_H
#define TESTS_ARCH_INVARIANTS_H

#include "ringside/transition.h"

/* Asserts that the processor can be in this state. */
void invariants_of_state(const struct rs_cpu *cpu);

/* Asserts that a transition from such a state is well-formed and leads to such a state, or changes nothing.
 */
void invariants_of_transition(const struct rs_transition *t);

#endif

/* The groups of trials, in the order of a run. */
#ifndef CONFORM_GROUPS_H
#define CONFORM_GROUPS_H

void group_int_gates(void);

#endif

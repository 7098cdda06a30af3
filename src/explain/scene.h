/* What a log says of the event that is to be explained. */
#ifndef EXPLAIN_SCENE_H
#define EXPLAIN_SCENE_H

#include "explain/explanation.h"
#include "explain/tape.h"

/* Fills in what happened at the event `e->ordinal`, and the chain of failures that led to it. */
enum rs_status scene_read(struct tape *tape, struct explanation *e, struct rs_error *error);

/* Fills in the system call `e->call_number`. */
enum rs_status scene_read_call(struct tape *tape, struct explanation *e, struct rs_error *error);

#endif

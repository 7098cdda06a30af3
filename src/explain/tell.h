/* The telling of an explanation, as text and as JSON. */
#ifndef EXPLAIN_TELL_H
#define EXPLAIN_TELL_H

#include "explain/explanation.h"
#include "trace/output.h"

/* "fault", "shutdown": as JSON has it. */
const char *verdict_name(enum verdict verdict);

/* The culprit that is named first: what the failed check saw, or, where a frame was popped from the wrong
 * place, the instruction that did; NULL where there is none. */
const struct culprit *culprit_first(const struct explanation *e);

/* What was attempted: "int 0x80", "#GP(0x0)", "a write to memory". */
void tell_attempt(struct output *output, const struct rs_transition *transition);

enum rs_status tell_text(const struct explanation *e, FILE *file, bool colour, struct rs_error *error);
enum rs_status tell_json(const struct explanation *e, FILE *file, struct rs_error *error);

#endif

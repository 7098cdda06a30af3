/* The event at hand, as values of our own. */
#ifndef VIEWER_MOMENT_H
#define VIEWER_MOMENT_H

#include "log/seek.h"

struct moment {
  unsigned kind; /* enum log_kind; 0: there is no event here */
  struct rs_transition_event event;
  struct rs_transition transition;
  struct rs_instruction_event instruction;
  struct rs_macro_event macro;
  char macro_name[LOG_NAME];
  struct rs_end_event end;
  struct rs_cpu before, after; /* of any event but the end, which keeps those of the event before it */
};

/* How many instructions had been executed when an event came about, and in which ring that was; of the end
 * only the former is known. */
uint64_t event_place(const struct log_event *event, uint8_t *ring);

/* An exception, what raised one, or shutdown. */
bool transition_is_fault(const struct rs_transition *transition);

/* Reads the event at `at`. */
enum rs_status moment_read(struct moment *moment, struct rs_log *log, struct log_position at,
                           struct rs_error *error);

/* How many micro-steps it has. */
unsigned moment_steps(const struct moment *moment);

/* Instructions executed before it. */
uint64_t moment_time(const struct moment *moment);

/* The registers when `made` of its micro-steps have been made. */
void moment_registers(const struct moment *moment, unsigned made, struct rs_cpu *out);

/* The micro-step that was made last, or NULL. */
const struct rs_step *moment_step(const struct moment *moment, unsigned made);

#endif

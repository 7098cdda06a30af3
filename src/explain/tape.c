/* Numbers the events of a log. */
#include "explain/tape.h"

enum rs_status tape_go(struct tape *tape, uint64_t ordinal, struct rs_error *error) {
  return log_go(tape->log, (struct log_position){ frame_of_ordinal(ordinal), (uint32_t)ordinal }, error);
}

enum rs_status tape_next(struct tape *tape, struct log_event *event, struct rs_error *error) {
  const struct log_position here = log_here(tape->log);
  tape->ordinal = ordinal_of_frame(here.frame) | here.event;
  return log_next(tape->log, event, error);
}

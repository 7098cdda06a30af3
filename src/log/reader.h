/* A log's events one after the other. */
#ifndef LOG_READER_H
#define LOG_READER_H

#include "log/record.h"

/* What comes next; valid until the next call. `kind` 0: there is no more. */
struct log_event {
  unsigned kind; /* LOG_TRANSITION to LOG_END */
  const struct rs_transition_event *transition;
  const struct rs_instruction_event *instruction;
  const struct rs_macro_event *macro;
  const struct rs_end_event *end;
};

/* RS_BAD_LOG where the log is damaged or cut off, with a line that says how far it is whole. */
enum rs_status log_next(struct rs_log *log, struct log_event *event, struct rs_error *error);

#endif

/* A log that is read more than once, its events counted from 0. */
#ifndef EXPLAIN_TAPE_H
#define EXPLAIN_TAPE_H

#include "log/reader.h"

struct tape {
  FILE *file;
  long start; /* where the log begins in it */
  const char *name;
  struct rs_log *log;
  uint64_t ordinal; /* of the event at hand; UINT64_MAX before the first one */
};

enum rs_status tape_open(struct tape *tape, FILE *file, const char *name, struct rs_error *error);
void tape_close(struct tape *tape);

/* To the beginning. */
enum rs_status tape_rewind(struct tape *tape, struct rs_error *error);

/* The next event, as log_next has it. */
enum rs_status tape_next(struct tape *tape, struct log_event *event, struct rs_error *error);

#endif

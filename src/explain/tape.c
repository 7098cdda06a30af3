/* Reads a log from its beginning as often as it is asked to. */
#include "explain/tape.h"

#include <errno.h>
#include <string.h>

static enum rs_status fail_seeking(const struct tape *tape, struct rs_error *error) {
  return rs_fail(error, RS_IO_ERROR, "%s: %s", tape->name, strerror(errno));
}

enum rs_status tape_open(struct tape *tape, FILE *file, const char *name, struct rs_error *error) {
  *tape = (struct tape){ .file = file, .start = ftell(file), .name = name, .ordinal = UINT64_MAX };
  if (tape->start < 0) return fail_seeking(tape, error);
  return rs_log_open(file, name, &tape->log, error);
}

void tape_close(struct tape *tape) {
  rs_log_close(tape->log);
  tape->log = NULL;
}

enum rs_status tape_rewind(struct tape *tape, struct rs_error *error) {
  tape_close(tape);
  tape->ordinal = UINT64_MAX;
  if (fseek(tape->file, tape->start, SEEK_SET) != 0) return fail_seeking(tape, error);
  return rs_log_open(tape->file, tape->name, &tape->log, error);
}

enum rs_status tape_next(struct tape *tape, struct log_event *event, struct rs_error *error) {
  tape->ordinal++;
  return log_next(tape->log, event, error);
}

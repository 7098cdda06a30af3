/* A log whose events are numbered, so that any can be gone back to. */
#ifndef EXPLAIN_TAPE_H
#define EXPLAIN_TAPE_H

#include "log/seek.h"

/* An event's ordinal is its position as one number: the frame in the upper half, the event in it in the lower
 * one. */
struct tape {
  struct rs_log *log;
  uint64_t ordinal; /* of the event at hand */
};

static inline uint64_t ordinal_of_frame(uint32_t frame) {
  return (uint64_t)frame << 32;
}
static inline uint32_t frame_of_ordinal(uint64_t ordinal) {
  return (uint32_t)(ordinal >> 32);
}

/* The next event is the one of that ordinal. */
enum rs_status tape_go(struct tape *tape, uint64_t ordinal, struct rs_error *error);

/* The next event, as log_next has it. */
enum rs_status tape_next(struct tape *tape, struct log_event *event, struct rs_error *error);

#endif

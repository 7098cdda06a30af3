/* One of the two logs while it is read, and what is kept of it. */
#ifndef COMPARE_SIDE_H
#define COMPARE_SIDE_H

#include "compare/tally.h"
#include "log/reader.h"

enum { SIDE_LINE = 1024 };

/* A transition as it was when it was told. */
struct picked {
  uint64_t number; /* 0: none */
  char headline[SIDE_LINE];
  struct rs_transition *transition; /* owned by the side */
};

enum { PICK_ENTRY, PICK_RETURN, PICKS };

/* A way into a more privileged ring, and the first time that it was gone by and answered; while it has not
 * been, the last time. */
struct way {
  enum rs_mechanism mechanism;
  uint8_t vector; /* of an interrupt */
  uint64_t count; /* how often */
  struct picked pick[PICKS];
};

enum { WAYS = 8 }; /* later ones are not minded */

struct side {
  const char *name;
  struct rs_log *log;
  uint64_t at; /* the transition to pick; 0: an entry by the way that is used most, and its return */
  struct log_event event;
  bool more;             /* `event` is one */
  uint64_t count;        /* of events, this one included */
  enum rs_status status; /* RS_BAD_LOG: it is whole up to the last event */
  struct rs_error error;
  enum rs_cpu_model model;
  struct story story;
  struct run_counter counter;
  unsigned ways;
  struct way way[WAYS]; /* in the order of their first use; of `at` the first alone */
};

enum rs_status side_open(struct side *side, struct rs_log *log, const char *name, uint64_t at);
void side_close(struct side *side);

/* Reads the next event and takes it into account; at the end `more` is false. */
void side_next(struct side *side);

/* What is held against the other side's: of what has been read. */
const struct picked *side_pick(const struct side *side, unsigned index);

/* The event's line, as `show` has it. */
void side_headline(struct output *output, const struct side *side);

/* Whether a log of that level tells the event at hand. */
bool side_tells(const struct side *side, enum rs_trace_level level);

#endif

/* What a run, or a part of it, costs: micro-steps by what they are about, transitions, instructions, calls.
 */
#ifndef COMPARE_TALLY_H
#define COMPARE_TALLY_H

#include "trace/headline.h"

/* Of transitions and refused attempts. */
struct step_tally {
  uint64_t steps; /* all but those of page walks */
  uint64_t checks, failed;
  uint64_t descriptors;    /* gates and descriptors read */
  uint64_t tss;            /* fields of a TSS read or written */
  uint64_t pushed, popped; /* words; `popped` has the parameters that a call gate copies, too */
  uint64_t msrs;           /* read */
  uint64_t reads, writes;  /* of memory, the last five included, but for page tables */
  uint64_t registers;      /* written */
  uint64_t walked, marked; /* page-table entries: read; given accessed or dirty bits */
};

void tally_steps(struct step_tally *tally, const struct rs_transition *transition);

/* Those of transitions; operations come last. */
#define TALLY_MECHANISMS RS_MECHANISM_OPERATION

/* System calls that were answered. */
struct call_tally {
  uint64_t count;
  uint64_t instructions; /* after the entry, up to and with the return */
  uint64_t entry_steps, return_steps;
};

struct run_tally {
  uint64_t transitions, by_mechanism[TALLY_MECHANISMS];
  uint64_t exceptions; /* among the interrupts */
  uint64_t refused;    /* attempts */
  uint64_t operations, macro_steps;
  uint64_t user, kernel; /* instructions in ring 3, and in the other rings */
  struct step_tally steps;
  struct call_tally calls;
};

/* A tally as it is made. */
struct run_counter {
  struct run_tally tally;
  uint64_t time; /* instructions counted so far */
  uint8_t ring;  /* in which the next ones run */
  unsigned next;
  struct open_call {
    uint64_t number, instructions, steps;
  } open[PENDING_LIMIT]; /* the oldest one gives way */
};

/* Takes an event into account; `story` has followed it. */
void tally_transition(struct run_counter *counter, const struct story *story,
                      const struct rs_transition_event *event);

/* What has run since the last event. */
void tally_end(struct run_counter *counter, uint64_t instructions);

#endif

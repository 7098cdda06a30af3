/* The chain of refused attempts that leads to a delivered exception, #DF or shutdown. */
#ifndef TRACE_REFUSALS_H
#define TRACE_REFUSALS_H

#include "ringside/trace.h"
#include "trace/output.h"

/* An instruction, #DF and what they raise make three; nothing can be refused more often than that. */
enum { REFUSAL_LIMIT = 4 };

struct refusal {
  struct rs_cause cause;
  uint64_t address; /* of the instruction */
  uint8_t cpl;
  struct rs_step check; /* the one that failed */
  struct rs_fault fault;
};

struct refusals {
  unsigned count;
  struct refusal refusal[REFUSAL_LIMIT];
};

/* Follows every event, in order, before it is told: what a delivery follows from stays, what is over goes. */
void refusals_follow(struct refusals *refusals, const struct rs_transition_event *event);

/* What a cause is called: "int 0x80", "#PF(0x2 W) at 0x10", "external interrupt 0x20", "sysret", "cli". */
void cause_print(struct output *output, const struct rs_cause *cause);

/* `cli failed the check "..."; #GP(0x0) failed the check "..."`, all on one line. */
void refusals_print(struct output *output, const struct refusals *refusals);

/* Why the processor shut down, as one paragraph of whole sentences, in one line. */
void refusals_print_shutdown(struct output *output, const struct refusals *refusals,
                             const struct rs_symbols *symbols);

#endif

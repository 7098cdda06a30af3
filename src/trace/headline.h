/* The one line that a transition or operation is told in, the same in every sink. */
#ifndef TRACE_HEADLINE_H
#define TRACE_HEADLINE_H

#include "trace/calls.h"
#include "trace/pending.h"
#include "trace/refusals.h"

/* What is known of a run so far, beyond the event at hand. */
struct story {
  struct rs_text_options options;
  struct refusals refusals;
  struct pending_table pending;
  /* Of the event at hand: */
  struct call call;        /* the system call that it begins */
  struct pending answered; /* the entry that it returns from; number 0: none is known */
};

/* Takes an event into account; called once for each, before anything of it is printed. */
void story_follow(struct story *story, const struct rs_transition_event *event);

/* `#12 3->0 syscall main+0x1c -> entry_syscall write(1, "hi\n", 3)`, without a newline. */
void headline_print(struct output *output, const struct story *story,
                    const struct rs_transition_event *event);

/* What happened, without ring, places, system call, answer, and what was refused before: "syscall",
 * "#PF(0x7 P|W|U) at 0x479020", "jmp far, task 0x48 -> 0x58", "cli rflags = ...". */
void headline_print_label(struct output *output, const struct story *story,
                          const struct rs_transition_event *event);

/* What an exception says of its cause by itself: ": user write, page not present"; nothing for most. */
void headline_print_raised(struct output *output, const struct rs_cause *cause);

/* `exited with 0 after 67375 instructions`: how a run ended. */
void headline_print_end(struct output *output, const struct rs_end_event *event,
                        const struct rs_symbols *symbols);

#endif

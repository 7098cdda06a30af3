/* The lines that events are told in. */
#include "viewer/telling.h"

#include "trace/fields.h"
#include "trace/macro_steps.h"

static const char *end_text(enum rs_end_reason reason) {
  switch (reason) {
  case RS_END_EXIT: return "exited with ";
  case RS_END_HALT: return "halted for ever";
  case RS_END_SHUTDOWN: return "shut down";
  case RS_END_LIMIT: return "reached the instruction limit";
  case RS_END_STOPPED: return "was stopped";
  case RS_END_FAILED: return "failed on the host";
  }
  return "ended";
}

static void print_end(struct output *output, const struct rs_end_event *end) {
  output_colour(output, COLOUR_BOLD);
  output_text(output, "the run ");
  output_text(output, end_text(end->reason));
  if (end->reason == RS_END_EXIT) output_signed(output, end->status);
  output_colour(output, COLOUR_NONE);
  output_text(output, " after ");
  output_decimal(output, end->instructions);
  output_text(output, end->instructions == 1 ? " instruction" : " instructions");
}

static void print_headline(struct output *output, const struct story *story, const struct log_event *event) {
  switch (event->kind) {
  case LOG_TRANSITION: headline_print(output, story, event->transition); break;
  case LOG_MACRO: macro_print_line(output, event->macro, story->options.symbols); break;
  default: print_end(output, event->end);
  }
}

static bool cause_is_exception(const struct rs_cause *cause) {
  return cause->mechanism == RS_MECHANISM_INTERRUPT && cause->interrupt.source == RS_SOURCE_EXCEPTION;
}

static void print_ring(struct output *output, unsigned ring) {
  output_colour(output, ring == 0 ? COLOUR_KERNEL : COLOUR_USER);
  output_decimal(output, ring);
  output_colour(output, COLOUR_NONE);
}

/* What it is about: the system call, the answer to one, or where it leads. */
static void print_subject(struct output *output, const struct story *story,
                          const struct rs_transition *transition) {
  const struct call *answered = &story->answered.call;
  output_char(output, ' ');
  if (story->call.abi != LINUX_NONE) {
    call_print(output, &story->call, &transition->before, &story->options.memory);
  } else if (story->answered.number && answered->abi != LINUX_NONE) {
    output_text(output, answered->known ? answered->known->name : "call");
    output_text(output, " = ");
    call_print_result(output, answered, transition->after.general[0]);
  } else {
    output_text(output, "-> ");
    output_symbol(output, story->options.symbols, cpu_code_address(&transition->after));
  }
}

/* `#12 3->0 syscall write(1, "hi\n", 3)`. */
static void print_crossing(struct output *output, const struct story *story,
                           const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  output_char(output, '#');
  output_decimal(output, event->number);
  output_char(output, ' ');
  print_ring(output, transition->before.cpl);
  output_text(output, "->");
  print_ring(output, transition->after.cpl);
  output_char(output, ' ');
  output_colour(output, cause_is_exception(&transition->cause) ? COLOUR_RED : COLOUR_BOLD);
  cause_print(output, &transition->cause);
  output_colour(output, COLOUR_NONE);
  print_subject(output, story, transition);
}

/* What is no crossing has no shorter line. */
static void print_brief(struct output *output, const struct story *story, const struct log_event *event) {
  const struct rs_transition_event *told = event->transition;
  bool crosses = event->kind == LOG_TRANSITION && told->number && !told->switches_task &&
                 told->transition->cause.mechanism != RS_MECHANISM_SHUTDOWN;
  if (crosses)
    print_crossing(output, story, told);
  else
    print_headline(output, story, event);
}

static void print_cause(struct output *output, const struct rs_cause *cause) {
  if (cause_is_exception(cause))
    fields_vector(output, cause->interrupt.vector);
  else
    cause_print(output, cause);
}

void telling_fill(struct telling *telling, const struct story *story, const struct log_event *event) {
  struct output output;
  output_init(&output, NULL, telling->headline, sizeof telling->headline, true);
  print_headline(&output, story, event);
  output_finish(&output);
  output_init(&output, NULL, telling->brief, sizeof telling->brief, true);
  print_brief(&output, story, event);
  output_finish(&output);
  const struct rs_cause *cause = event->kind == LOG_TRANSITION ? &event->transition->transition->cause : NULL;
  output_init(&output, NULL, telling->more, sizeof telling->more, false);
  if (cause && cause->mechanism == RS_MECHANISM_SHUTDOWN)
    refusals_print_shutdown(&output, &story->refusals, story->options.symbols);
  output_finish(&output);
  output_init(&output, NULL, telling->cause, sizeof telling->cause, false);
  if (cause) print_cause(&output, cause);
  output_finish(&output);
}

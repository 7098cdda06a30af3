/* The reading of one log: its tally, and the transitions that are held against the other's. */
#include "compare/side.h"

#include <stdlib.h>
#include <string.h>

#include "trace/fields.h"
#include "trace/macro_steps.h"
#include "trace/tracer.h"

enum rs_status side_open(struct side *side, struct rs_log *log, const char *name, uint64_t at) {
  *side = (struct side){ .name = name, .log = log, .at = at };
  side->story.options.symbols = rs_log_symbols(log);
  side->story.options.memory = rs_log_memory(log);
  for (unsigned i = 0; i < WAYS * PICKS; i++) {
    struct picked *picked = &side->way[i / PICKS].pick[i % PICKS];
    if (!(picked->transition = malloc(sizeof *picked->transition))) return RS_OUT_OF_MEMORY;
  }
  return RS_OK;
}

void side_close(struct side *side) {
  for (unsigned i = 0; i < WAYS * PICKS; i++)
    free(side->way[i / PICKS].pick[i % PICKS].transition);
}

static void pick(struct side *side, struct picked *picked) {
  const struct rs_transition_event *event = side->event.transition;
  struct output output;
  picked->number = event->number;
  memcpy(picked->transition, event->transition, sizeof *picked->transition);
  output_init(&output, NULL, picked->headline, sizeof picked->headline, false);
  headline_print(&output, &side->story, event);
  output_finish(&output);
}

/* A system call, or by whatever other instruction the guest goes to a more privileged ring. */
static bool is_entry(const struct side *side, const struct rs_transition *transition) {
  return transition->outcome == RS_COMPLETED &&
         (side->story.call.abi != LINUX_NONE ||
          (transition->cause.has_instruction && transition->before.cpl > transition->after.cpl));
}

static bool is_by(const struct way *way, const struct rs_cause *cause) {
  bool interrupt = cause->mechanism == RS_MECHANISM_INTERRUPT;
  return way->mechanism == cause->mechanism && (!interrupt || way->vector == cause->interrupt.vector);
}

/* The way of an entry, which may be a new one; NULL where there is no room for it. */
static struct way *way_find(struct side *side, const struct rs_cause *cause) {
  bool interrupt = cause->mechanism == RS_MECHANISM_INTERRUPT;
  for (unsigned i = 0; i < side->ways; i++)
    if (is_by(&side->way[i], cause)) return &side->way[i];
  if (side->ways == WAYS) return NULL;
  struct way *way = &side->way[side->ways++];
  way->mechanism = cause->mechanism;
  way->vector = interrupt ? cause->interrupt.vector : 0;
  return way;
}

static void pick_entry(struct side *side, const struct rs_transition *transition) {
  struct way *way = is_entry(side, transition) ? way_find(side, &transition->cause) : NULL;
  if (!way) return;
  way->count++;
  if (!way->pick[PICK_RETURN].number) pick(side, &way->pick[PICK_ENTRY]);
}

static void pick_return(struct side *side) {
  for (unsigned i = 0; i < side->ways; i++) {
    struct picked *picked = side->way[i].pick;
    bool answered = side->story.answered.number == picked[PICK_ENTRY].number;
    if (answered && !picked[PICK_RETURN].number) pick(side, &picked[PICK_RETURN]);
  }
}

static void pick_if_wanted(struct side *side) {
  const struct rs_transition_event *event = side->event.transition;
  if (!event->number) return;
  if (!side->at) {
    pick_return(side);
    pick_entry(side, event->transition);
  } else if (event->number == side->at) {
    side->ways = 1;
    pick(side, &side->way[0].pick[PICK_ENTRY]);
  } else if (side->ways) {
    pick_return(side);
  }
}

const struct picked *side_pick(const struct side *side, unsigned index) {
  const struct way *most = &side->way[0];
  for (unsigned i = 1; i < side->ways; i++)
    if (side->way[i].count > most->count) most = &side->way[i];
  return &most->pick[index];
}

static void side_transition(struct side *side) {
  const struct rs_transition_event *event = side->event.transition;
  if (side->count == 1) side->model = event->transition->before.model;
  story_follow(&side->story, event);
  tally_transition(&side->counter, &side->story, event);
  pick_if_wanted(side);
}

void side_next(struct side *side) {
  side->status = log_next(side->log, &side->event, &side->error);
  side->more = side->status == RS_OK && side->event.kind;
  if (!side->more) return;
  side->count++;
  switch (side->event.kind) {
  case LOG_TRANSITION: side_transition(side); break;
  case LOG_INSTRUCTION:
    if (side->count == 1) side->model = side->event.instruction->before->model;
    break;
  case LOG_MACRO:
    if (side->count == 1) side->model = side->event.macro->cpu->model;
    side->counter.tally.macro_steps++;
    break;
  default: tally_end(&side->counter, side->event.end->instructions);
  }
}

static void print_instruction(struct output *output, const struct side *side) {
  const struct rs_instruction_event *event = side->event.instruction;
  output_text(output, "the instruction at ");
  output_symbol(output, side->story.options.symbols, event->linear);
  output_text(output, ", bytes ");
  for (unsigned i = 0; i < event->length; i++)
    output_hex_digits(output, event->bytes[i], 2);
}

void side_headline(struct output *output, const struct side *side) {
  switch (side->event.kind) {
  case LOG_TRANSITION: headline_print(output, &side->story, side->event.transition); break;
  case LOG_INSTRUCTION: print_instruction(output, side); break;
  case LOG_MACRO: macro_print_line(output, side->event.macro, side->story.options.symbols); break;
  default: output_text(output, "the end: "); fields_end(output, side->event.end);
  }
}

bool side_tells(const struct side *side, enum rs_trace_level level) {
  switch (side->event.kind) {
  case LOG_TRANSITION: return level_has_transition(level, side->event.transition);
  case LOG_INSTRUCTION: return level >= RS_TRACE_INSTRUCTIONS;
  case LOG_MACRO: return level_has_macro(level);
  default: return true;
  }
}

/* What is seen of a run's events: crossings, what was refused, operations and macro-steps. */
#include "timeline/build.h"

#include <string.h>

#include "timeline/text.h"
#include "trace/fields.h"
#include "trace/macro_steps.h"

static const char *place_text(struct timeline_builder *builder, uint64_t address) {
  struct text text;
  output_symbol(text_begin(&text), builder->story.options.symbols, address);
  return text_end(&text, builder->layout);
}

static const struct rs_symbols *symbols_of(const struct timeline_builder *builder) {
  return builder->story.options.symbols;
}

void timeline_build_init(struct timeline_builder *builder, const struct rs_timeline_options *options,
                         struct timeline_layout *layout) {
  memset(builder, 0, sizeof *builder);
  builder->level = options->level;
  builder->crossings_alone = options->crossings_alone;
  builder->layout = layout;
  builder->story.options.symbols = options->symbols;
  builder->story.options.memory = options->memory;
}

/* Plain code goes on from `cpu` when `time` instructions are done. */
static void go_on(struct timeline_builder *builder, const struct rs_cpu *cpu, uint64_t time) {
  builder->begun = true;
  builder->time = time;
  builder->address = cpu_code_address(cpu);
  builder->lane = timeline_lane_of(cpu);
  builder->functions.count = 0;
}

static void add_gap_row(struct timeline_builder *builder, struct text *text) {
  struct timeline_row *row = timeline_layout_add(builder->layout, TIMELINE_GAP, builder->lane, builder->lane);
  if (row) row->label = text_end(text, builder->layout);
}

/* The transitions that a filter, or a limit, has left out so far. */
static void add_gap(struct timeline_builder *builder) {
  struct text text;
  timeline_print_counted(text_begin(&text), builder->left_out, "transition");
  output_text(&text.output, " left out: #");
  output_decimal(&text.output, builder->first_out);
  if (builder->left_out > 1) {
    output_text(&text.output, " to #");
    output_decimal(&text.output, builder->last_out);
  }
  if (builder->full) {
    output_text(&text.output, "; --from=");
    output_decimal(&text.output, builder->first_out);
    output_text(&text.output, " shows them");
  }
  add_gap_row(builder, &text);
}

/* Between two crossings there is room for some operations and macro-steps. */
static bool mark_has_room(struct timeline_builder *builder) {
  bool room = !builder->marks_most || builder->marks < builder->marks_most;
  if (room)
    builder->marks++;
  else
    builder->marks_out++;
  return room;
}

static void marks_settle(struct timeline_builder *builder) {
  struct text text;
  if (builder->marks_out) {
    timeline_print_count(text_begin(&text), builder->marks_out);
    output_text(&text.output, " more operations and macro-steps");
    add_gap_row(builder, &text);
  }
  builder->marks = 0;
  builder->marks_out = 0;
}

/* Before anything is shown. What is left out before the first row and after the last one was not asked for,
 * and nothing is said of it, unless there was no place for it. */
static void reopen(struct timeline_builder *builder, bool crossing) {
  if (crossing) marks_settle(builder);
  if (builder->left_out && builder->opened) add_gap(builder);
  builder->opened = true;
  builder->left_out = 0;
}

static const char *refusal_label(struct timeline_builder *builder, const struct refusal *refusal) {
  struct text text;
  struct output *output = text_begin(&text);
  if (refusal->cause.mechanism == RS_MECHANISM_INTERRUPT &&
      refusal->cause.interrupt.source == RS_SOURCE_EXCEPTION)
    output_text(output, "delivering ");
  cause_print(output, &refusal->cause);
  output_text(output, " failed: ");
  fields_check(output, &refusal->check);
  return text_end(&text, builder->layout);
}

/* What this transition follows from. */
static void add_refusals(struct timeline_builder *builder, const struct rs_transition_event *event) {
  const struct refusals *refusals = &builder->story.refusals;
  enum timeline_lane lane = timeline_lane_of(&event->transition->before);
  for (unsigned i = 0; event->parent && i < refusals->count; i++) {
    struct timeline_row *row = timeline_layout_add(builder->layout, TIMELINE_REFUSED, lane, lane);
    struct text text;
    if (!row) return;
    row->fault = true;
    row->time = event->instructions;
    row->label = refusal_label(builder, &refusals->refusal[i]);
    row->source = place_text(builder, refusals->refusal[i].address);
    fields_fault(text_begin(&text), &refusals->refusal[i].fault);
    row->target = text_end(&text, builder->layout);
  }
}

static void print_answer(struct output *output, const struct pending *answered, const struct rs_cpu *after) {
  output_text(output, ": ");
  if (answered->call.abi == LINUX_NONE) {
    output_text(output, "back from");
  } else {
    if (answered->call.known) {
      output_text(output, answered->call.known->name);
    } else {
      output_text(output, "syscall_");
      output_hex(output, answered->call.number);
    }
    output_text(output, " = ");
    call_print_result(output, &answered->call, after->general[0]);
    output_text(output, ", answers");
  }
  output_text(output, " #");
  output_decimal(output, answered->number);
}

static const char *crossing_label(struct timeline_builder *builder, const struct rs_transition_event *event) {
  const struct story *story = &builder->story;
  const struct rs_transition *transition = event->transition;
  struct text text;
  struct output *output = text_begin(&text);
  output_char(output, '#');
  output_decimal(output, event->number);
  output_char(output, ' ');
  headline_print_label(output, story, event);
  if (story->call.abi != LINUX_NONE) {
    output_text(output, ": ");
    call_print(output, &story->call, &transition->before, &story->options.memory);
  }
  if (story->answered.number) print_answer(output, &story->answered, &transition->after);
  return text_end(&text, builder->layout);
}

static bool is_fault(const struct rs_transition_event *event) {
  const struct rs_cause *cause = &event->transition->cause;
  return event->transition->outcome != RS_COMPLETED ||
         (cause->mechanism == RS_MECHANISM_INTERRUPT && cause->interrupt.source == RS_SOURCE_EXCEPTION);
}

static bool is_stop(const struct rs_transition *transition) {
  return transition->cause.mechanism == RS_MECHANISM_SHUTDOWN;
}

static void add_crossing(struct timeline_builder *builder, const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  add_refusals(builder, event);
  struct timeline_row *row =
      timeline_layout_add(builder->layout, is_stop(transition) ? TIMELINE_STOP : TIMELINE_CROSSING,
                          timeline_lane_of(&transition->before), timeline_lane_of(&transition->after));
  if (!row) return;
  row->fault = is_fault(event);
  row->answer = builder->story.answered.number != 0;
  row->time = event->instructions;
  row->number = event->number;
  row->label = crossing_label(builder, event);
  row->source = place_text(builder, cpu_code_address(&transition->before));
  if (row->kind == TIMELINE_CROSSING) row->target = place_text(builder, cpu_code_address(&transition->after));
  if (builder->level >= RS_TRACE_STEPS)
    row->detail = timeline_detail(builder->layout, event, symbols_of(builder));
}

/* An operation or a macro-step. */
static void add_mark(struct timeline_builder *builder, const struct rs_cpu *cpu, uint64_t time,
                     struct text *label) {
  enum timeline_lane lane = timeline_lane_of(cpu);
  struct timeline_row *row = timeline_layout_add(builder->layout, TIMELINE_MARK, lane, lane);
  if (!row) return;
  row->time = time;
  row->label = text_end(label, builder->layout);
  row->source = place_text(builder, cpu_code_address(cpu));
}

/* What was refused is told with the delivery that follows it. */
static bool is_told(const struct timeline_builder *builder, const struct rs_transition_event *event) {
  if (event->number) return builder->level >= RS_TRACE_TRANSITIONS;
  return builder->level >= RS_TRACE_STEPS && !builder->crossings_alone &&
         event->transition->outcome != RS_FAULTED;
}

/* A log may be shown from somewhere within: then nobody knows what ran before. */
static bool follows_the_last_one(const struct timeline_builder *builder,
                                 const struct rs_transition_event *event) {
  return !event->number || event->number == builder->number + 1;
}

/* A crossing or an operation, after the plain code up to `time`. */
static void show_transition(struct timeline_builder *builder, const struct rs_transition_event *event,
                            uint64_t time) {
  const struct rs_cpu *before = &event->transition->before;
  struct text text;
  reopen(builder, event->number != 0);
  if (!builder->begun) builder->lane = timeline_lane_of(before);
  if (follows_the_last_one(builder, event)) timeline_span_add(builder, time, cpu_code_address(before));
  if (event->number) {
    add_crossing(builder, event);
  } else {
    headline_print_label(text_begin(&text), &builder->story, event);
    add_mark(builder, before, event->instructions, &text);
  }
}

void timeline_build_transition(struct timeline_builder *builder, const struct rs_transition_event *event,
                               bool shown) {
  const struct rs_transition *transition = event->transition;
  bool executed = transition->cause.has_instruction || builder->attempted;
  bool told = shown && is_told(builder, event) && (event->number || mark_has_room(builder));
  uint64_t time = event->instructions + executed;
  story_follow(&builder->story, event);
  if (told) {
    show_transition(builder, event, time);
  } else if (event->number) {
    if (!builder->left_out++) builder->first_out = event->number;
    builder->last_out = event->number;
  }
  if (event->number) builder->number = event->number;
  builder->attempted = executed && transition->outcome == RS_FAULTED;
  if (event->number || told) go_on(builder, &transition->after, time);
}

/* Whether the step belongs to another system call than the one before. */
static bool is_of_next_call(const struct timeline_builder *builder, const struct rs_macro_event *event) {
  return builder->level == RS_TRACE_MACRO && event->step.number <= builder->macro_step;
}

/* Code in several lanes, where nobody tells of the transitions between them. */
static void add_passage(struct timeline_builder *builder, uint64_t time, bool next_call) {
  struct text text;
  if (time == builder->time) return;
  timeline_print_counted(text_begin(&text), time - builder->time, "instruction");
  output_text(&text.output, !builder->begun ? " before"
                            : next_call     ? ", up to another call"
                                            : ", and the way to another lane");
  add_gap_row(builder, &text);
}

void timeline_build_macro(struct timeline_builder *builder, const struct rs_macro_event *event) {
  struct text text;
  if (builder->crossings_alone || !mark_has_room(builder)) return;
  bool next_call = is_of_next_call(builder, event);
  reopen(builder, false);
  if (builder->begun && builder->lane == timeline_lane_of(event->cpu) && !next_call)
    timeline_span_add(builder, event->instructions, cpu_code_address(event->cpu));
  else
    add_passage(builder, event->instructions, next_call);
  builder->macro_step = event->step.number;
  struct output *output = text_begin(&text);
  output_text(output, "macro-step ");
  output_decimal(output, event->step.number);
  output_text(output, ": ");
  output_text(output, event->step.name);
  add_mark(builder, event->cpu, event->instructions, &text);
  go_on(builder, event->cpu, event->instructions);
}

void timeline_build_end(struct timeline_builder *builder, const struct rs_end_event *event) {
  struct text text;
  marks_settle(builder);
  if (builder->left_out && builder->full) add_gap(builder);
  if (builder->left_out || !builder->opened) return;
  if (event->reason != RS_END_SHUTDOWN) timeline_span_add(builder, event->instructions, event->rip);
  struct timeline_row *row = timeline_layout_add(builder->layout, TIMELINE_END, builder->lane, builder->lane);
  fields_end(text_begin(&text), event);
  if (!row) return;
  row->time = event->instructions;
  row->fault = event->reason == RS_END_SHUTDOWN;
  row->label = text_end(&text, builder->layout);
}

enum rs_status timeline_build_status(const struct timeline_builder *builder, struct rs_error *error) {
  if (builder->layout->failed)
    return rs_fail(error, RS_OUT_OF_MEMORY, "%s", rs_status_text(RS_OUT_OF_MEMORY));
  if (builder->crossings_alone && !builder->opened)
    return rs_fail(error, RS_BAD_ARGUMENT, "--at: the log has no such transition");
  return RS_OK;
}

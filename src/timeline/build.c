/* What is seen of a run's events: spans of plain code, crossings, and what was refused. */
#include "timeline/build.h"

#include <string.h>

#include "trace/fields.h"
#include "trace/macro_steps.h"
#include "trace/symbols.h"

enum { TEXT_SIZE = 2048 };

/* A text on its way into a layout. */
struct text {
  struct output output;
  char bytes[TEXT_SIZE];
};

static struct output *text_begin(struct text *text) {
  output_init(&text->output, NULL, text->bytes, sizeof text->bytes, false);
  return &text->output;
}

static const char *text_end(struct text *text, struct timeline_layout *layout) {
  return timeline_layout_text(layout, output_finish(&text->output));
}

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

/* Grouped by thousands: "67,332". */
static void print_count(struct output *output, uint64_t count) {
  char digits[32];
  size_t first = sizeof digits, written = 0;
  do {
    if (written && written % 3 == 0) digits[--first] = ',';
    digits[--first] = (char)('0' + count % 10);
    written++;
  } while (count /= 10);
  output_bytes(output, digits + first, sizeof digits - first);
}

static void print_counted(struct output *output, uint64_t count, const char *noun) {
  print_count(output, count);
  output_char(output, ' ');
  output_text(output, noun);
  if (count != 1) output_char(output, 's');
}

/* Without the offset: code runs through its functions. */
static void print_function(struct output *output, const struct rs_symbols *symbols, uint64_t address) {
  uint64_t offset;
  const char *name = symbols_find(symbols, address, &offset);
  if (name)
    output_text(output, name);
  else
    output_hex(output, address);
}

static bool same_function(const struct rs_symbols *symbols, uint64_t a, uint64_t b) {
  uint64_t offset;
  const char *name = symbols_find(symbols, a, &offset);
  return name ? name == symbols_find(symbols, b, &offset) : a == b;
}

static void print_functions(struct output *output, const struct function_counts *functions, uint64_t total) {
  for (unsigned i = 0; i < functions->count; i++) {
    const struct function_count *function = &functions->function[i];
    if (i) output_text(output, ", ");
    output_text(output, function->name);
    output_char(output, ' ');
    print_count(output, function->instructions);
    total -= function->instructions < total ? function->instructions : total;
  }
  if (!total) return;
  output_text(output, functions->count ? ", others " : "others ");
  print_count(output, total);
}

/* The plain code since the last event up to `time`, where it has come to `address`. */
static void add_span(struct timeline_builder *builder, uint64_t time, uint64_t address) {
  uint64_t count = builder->begun && time > builder->time ? time - builder->time : builder->begun ? 0 : time;
  struct text text;
  if (!count) return;
  struct timeline_row *row =
      timeline_layout_add(builder->layout, TIMELINE_SPAN, builder->lane, builder->lane);
  if (!row) return;
  row->time = builder->time;
  print_counted(text_begin(&text), count, "instruction");
  row->label = text_end(&text, builder->layout);
  struct output *output = text_begin(&text);
  if (builder->functions.count) {
    print_functions(output, &builder->functions, count);
  } else if (!builder->begun) {
    output_text(output, "up to ");
    print_function(output, symbols_of(builder), address);
  } else {
    output_text(output, "in ");
    print_function(output, symbols_of(builder), builder->address);
    if (!same_function(symbols_of(builder), builder->address, address)) {
      output_text(output, " .. ");
      print_function(output, symbols_of(builder), address);
    }
  }
  row->source = text_end(&text, builder->layout);
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
  print_counted(text_begin(&text), builder->left_out, "transition");
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
    print_count(text_begin(&text), builder->marks_out);
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
  if (follows_the_last_one(builder, event)) add_span(builder, time, cpu_code_address(before));
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

void timeline_build_instruction(struct timeline_builder *builder, const struct rs_instruction_event *event) {
  struct function_counts *functions = &builder->functions;
  uint64_t offset;
  const char *name = symbols_find(symbols_of(builder), event->linear, &offset);
  for (unsigned i = 0; name && i < functions->count; i++)
    if (functions->function[i].name == name) {
      functions->function[i].instructions++;
      return;
    }
  if (name && functions->count < TIMELINE_FUNCTIONS)
    functions->function[functions->count++] = (struct function_count){ name, 1 };
}

void timeline_build_macro(struct timeline_builder *builder, const struct rs_macro_event *event) {
  struct text text;
  if (builder->crossings_alone || !mark_has_room(builder)) return;
  reopen(builder, false);
  if (!builder->begun) builder->lane = timeline_lane_of(event->cpu);
  add_span(builder, event->instructions, cpu_code_address(event->cpu));
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
  if (event->reason != RS_END_SHUTDOWN) add_span(builder, event->instructions, event->rip);
  struct timeline_row *row = timeline_layout_add(builder->layout, TIMELINE_END, builder->lane, builder->lane);
  fields_end(text_begin(&text), event);
  if (!row) return;
  row->time = event->instructions;
  row->fault = event->reason == RS_END_SHUTDOWN;
  row->label = text_end(&text, builder->layout);
}

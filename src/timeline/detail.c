/* A transition from the inside: its micro-steps in short, both stacks, and the registers that it changed. */
#include <string.h>

#include "timeline/build.h"
#include "trace/brief.h"
#include "trace/changes.h"
#include "trace/fields.h"
#include "trace/steps.h"

enum { TEXT_SIZE = 1024, WORDS = 2 * RS_STACK_WORDS + 1, WORDS_BELOW = 1, WORDS_ABOVE = 3 };

struct detail_writer {
  struct timeline_layout *layout;
  const struct rs_transition *transition;
  const struct rs_symbols *symbols;
  struct output output;
  char bytes[TEXT_SIZE];
};

static struct output *text_begin(struct detail_writer *writer) {
  output_init(&writer->output, NULL, writer->bytes, sizeof writer->bytes, false);
  return &writer->output;
}

static const char *text_end(struct detail_writer *writer) {
  return timeline_layout_text(writer->layout, output_finish(&writer->output));
}

/* Fills `out`, which has room for all steps, and returns how many rows they make. */
static unsigned describe_steps(struct detail_writer *writer, struct timeline_step *out) {
  const struct rs_transition *transition = writer->transition;
  unsigned rows = 0;
  for (unsigned i = 0; i < transition->step_count; i += out[rows++].count) {
    out[rows].first = i;
    out[rows].count = brief_length(transition, i);
    out[rows].kind = brief_kind(&transition->step[i]);
    brief_print(text_begin(writer), transition, i, writer->symbols);
    out[rows].text = text_end(writer);
    brief_print_full(text_begin(writer), transition, i, writer->symbols);
    out[rows].full = text_end(writer);
  }
  return rows;
}

static const char *stack_register(unsigned word_size) {
  return word_size == 8 ? "rsp" : word_size == 4 ? "esp" : "sp";
}

static void describe_word(struct detail_writer *writer, const struct rs_stack_window *window, unsigned i,
                          bool pushed, struct timeline_word *out) {
  unsigned distance = i < RS_STACK_WORDS ? RS_STACK_WORDS - i : i - RS_STACK_WORDS;
  const struct rs_step *step = stack_word_step(writer->transition, writer->transition->step_count,
                                               stack_word_address(window, i), window->word_size, pushed);
  struct output *output = text_begin(writer);
  out->at_pointer = i == RS_STACK_WORDS;
  output_char(output, i < RS_STACK_WORDS ? '-' : '+');
  output_hex_wide(output, (uint64_t)distance * window->word_size, 2);
  out->offset = text_end(writer);
  output = text_begin(writer);
  if (window->mapped >> i & 1)
    output_hex_wide(output, window->word[i], 2u * window->word_size);
  else
    output_text(output, "unmapped");
  out->value = text_end(writer);
  if (!step) return;
  stack_print_name(text_begin(writer), step);
  out->name = text_end(writer);
}

/* Around the pointer, as far as words were pushed or popped and a little beyond. */
static void words_of_interest(const struct detail_writer *writer, const struct rs_stack_window *window,
                              bool pushed, unsigned *low, unsigned *high) {
  *low = RS_STACK_WORDS - WORDS_BELOW;
  *high = RS_STACK_WORDS + WORDS_ABOVE;
  for (unsigned i = 0; i < WORDS; i++) {
    if (!stack_word_step(writer->transition, writer->transition->step_count, stack_word_address(window, i),
                         window->word_size, pushed))
      continue;
    *low = i < *low ? i : *low;
    *high = i >= *high && i + 1 < WORDS ? i + 1 : *high;
  }
}

static void describe_stack(struct detail_writer *writer, const struct rs_stack_window *window, bool pushed,
                           struct timeline_stack *out) {
  unsigned low, high;
  if (window->word_size != 2 && window->word_size != 4 && window->word_size != 8) return;
  words_of_interest(writer, window, pushed, &low, &high);
  struct timeline_word *word = timeline_layout_keep(writer->layout, (high - low + 1) * sizeof *word);
  if (!word) return;
  struct output *output = text_begin(writer);
  output_text(output, stack_register(window->word_size));
  output_char(output, ' ');
  output_hex(output, window->pointer);
  out->pointer = text_end(writer);
  out->count = high - low + 1;
  out->word = word;
  for (unsigned i = high + 1; i-- > low; word++)
    describe_word(writer, window, i, pushed, word);
}

static void describe_change(struct detail_writer *writer, enum rs_register reg, struct timeline_change *out) {
  union rs_value old = rs_cpu_get(&writer->transition->before, reg),
                 new = rs_cpu_get(&writer->transition->after, reg);
  out->name = rs_register_name(reg);
  fields_register(text_begin(writer), reg, &old);
  out->old = text_end(writer);
  fields_register(text_begin(writer), reg, &new);
  out->new = text_end(writer);
}

static void describe_changes(struct detail_writer *writer, struct timeline_detail *out) {
  enum rs_register changed[RS_REGISTER_COUNT];
  unsigned count = changes_list(&writer->transition->before, &writer->transition->after, changed);
  struct timeline_change *change = timeline_layout_keep(writer->layout, (count + 1) * sizeof *change);
  if (!change) return;
  out->change = change;
  describe_change(writer, RS_RIP, change++);
  for (unsigned i = 0; i < count; i++)
    describe_change(writer, changed[i], change++);
  out->change_count = count + 1;
}

const struct timeline_detail *timeline_detail(struct timeline_layout *layout,
                                              const struct rs_transition_event *event,
                                              const struct rs_symbols *symbols) {
  struct detail_writer writer = { .layout = layout, .transition = event->transition, .symbols = symbols };
  size_t room = (size_t)event->transition->step_count + 1;
  struct timeline_detail *detail = timeline_layout_keep(layout, sizeof *detail);
  struct timeline_step *step = timeline_layout_keep(layout, room * sizeof *step);
  if (!detail || !step) return NULL;
  detail->step = step;
  detail->step_count = describe_steps(&writer, step);
  describe_stack(&writer, &event->old_stack, false, &detail->before);
  describe_stack(&writer, &event->new_stack, true, &detail->after);
  describe_changes(&writer, detail);
  return detail;
}

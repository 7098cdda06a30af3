/* A transition from the inside: its micro-steps in short, both stacks, and the registers that it changed. */
#include <string.h>

#include "timeline/build.h"
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

/* Old values say something where a word keeps a part of itself; what a push overwrites does not. */
static bool shows_old_value(const struct rs_step *step) {
  return step->kind == RS_STEP_WRITE &&
         (step_is_register(step) || step->id == RS_ITEM_DESCRIPTOR_ACCESSED ||
          step->id == RS_ITEM_DESCRIPTOR_BUSY || step->id == RS_ITEM_PAGE_ACCESSED_DIRTY);
}

/* Gates and descriptors say it in words, and in digits only in full. */
static bool is_descriptor(const struct rs_step *step) {
  return step->id == RS_ITEM_IDT_GATE || step->id == RS_ITEM_GDT_DESCRIPTOR ||
         step->id == RS_ITEM_LDT_DESCRIPTOR || step->id == RS_ITEM_DESCRIPTOR_UPPER;
}

static void print_meaning(struct detail_writer *writer, const struct rs_step *step) {
  char text[TEXT_SIZE];
  struct output meaning;
  output_init(&meaning, NULL, text, sizeof text, false);
  if (!fields_meaning(&meaning, step, writer->symbols)) return;
  output_text(&writer->output, " (");
  output_text(&writer->output, output_finish(&meaning));
  output_char(&writer->output, ')');
}

static void print_access(struct detail_writer *writer, const struct rs_step *step, bool full) {
  struct output *output = &writer->output;
  bool write = step->kind == RS_STEP_WRITE, words = is_descriptor(step) && !full;
  fields_item(output, step);
  if (full && !step_is_register(step)) {
    output_text(output, " at ");
    output_hex(output, step_linear(step));
  }
  output_text(output, words ? ": " : step_is_register(step) ? " " : " = ");
  if (full ? write : shows_old_value(step)) {
    fields_value(output, step, &step->write.old);
    output_text(output, " -> ");
  }
  if (words) {
    fields_meaning(output, step, writer->symbols);
    return;
  }
  fields_value(output, step, write ? &step->write.new : &step->read.value);
  if (full || !step_is_register(step) || !register_is_segment((enum rs_register)step->reg))
    print_meaning(writer, step);
}

static void describe_check(struct detail_writer *writer, const struct rs_step *step,
                           struct timeline_step *out) {
  out->kind = step->passed ? TIMELINE_STEP_CHECK : TIMELINE_STEP_FAILED;
  fields_check(text_begin(writer), step);
  out->text = text_end(writer);
  output_text(&writer->output, " [");
  output_text(&writer->output, rs_check_citation((enum rs_check)step->id));
  output_char(&writer->output, ']');
  out->full = text_end(writer);
}

static void describe_access(struct detail_writer *writer, const struct rs_step *step,
                            struct timeline_step *out) {
  out->kind = step->kind == RS_STEP_WRITE ? TIMELINE_STEP_WRITE : TIMELINE_STEP_READ;
  text_begin(writer);
  print_access(writer, step, false);
  out->text = text_end(writer);
  text_begin(writer);
  print_access(writer, step, true);
  out->full = text_end(writer);
}

/* What makes long rows of steps: entries of page tables, and fields of TSSs. */
static bool is_of_many(const struct rs_step *step) {
  return step->kind != RS_STEP_CHECK &&
         (step->id == RS_ITEM_PAGE_ENTRY || step->id == RS_ITEM_PAGE_ACCESSED_DIRTY ||
          step->id == RS_ITEM_TASK_SAVED || step->id == RS_ITEM_TASK_LOADED);
}

/* How many steps from `first` on are told together. */
static unsigned run_length(const struct rs_transition *transition, unsigned first) {
  const struct rs_step *step = &transition->step[first];
  unsigned end = first + 1;
  while (is_of_many(step) && end < transition->step_count && transition->step[end].kind == step->kind &&
         transition->step[end].id == step->id)
    end++;
  return end - first;
}

static const char *run_title(const struct rs_step *step) {
  switch (step->id) {
  case RS_ITEM_PAGE_ENTRY: return "";
  case RS_ITEM_PAGE_ACCESSED_DIRTY: return "A and D bits of ";
  default: return rs_item_text((enum rs_item)step->id);
  }
}

static void print_run_part(struct output *output, const struct rs_step *step) {
  output_text(output, step->id == RS_ITEM_PAGE_ENTRY || step->id == RS_ITEM_PAGE_ACCESSED_DIRTY
                          ? fields_page_entry_name(step->level)
                          : rs_register_name((enum rs_register)step->reg));
}

static void describe_run(struct detail_writer *writer, unsigned first, unsigned count,
                         struct timeline_step *out) {
  const struct rs_step *step = &writer->transition->step[first];
  struct output *output = text_begin(writer);
  uint64_t linear;
  bool task = step->id == RS_ITEM_TASK_SAVED || step->id == RS_ITEM_TASK_LOADED;
  out->kind = step->kind == RS_STEP_WRITE ? TIMELINE_STEP_WRITE
              : task                      ? TIMELINE_STEP_READ
                                          : TIMELINE_STEP_WALK;
  output_text(output, run_title(step));
  for (unsigned i = 0; i < count; i++) {
    if (i || task) output_char(output, ' ');
    print_run_part(output, &step[i]);
  }
  if (step_is_page_entry(step) && step_walked_address(writer->transition, first, &linear)) {
    output_text(output, " for ");
    output_hex(output, linear);
  }
  out->text = text_end(writer);
  for (unsigned i = 0; i < count; i++) {
    output_text(output, "; ");
    print_access(writer, &step[i], true);
  }
  out->full = text_end(writer);
}

/* Fills `out`, which has room for all steps, and returns how many rows they make. */
static unsigned describe_steps(struct detail_writer *writer, struct timeline_step *out) {
  const struct rs_transition *transition = writer->transition;
  unsigned rows = 0;
  for (unsigned i = 0; i < transition->step_count; rows++) {
    const struct rs_step *step = &transition->step[i];
    unsigned count = run_length(transition, i);
    out[rows].first = i;
    out[rows].last = i + count - 1;
    if (is_of_many(step))
      describe_run(writer, i, count, &out[rows]);
    else if (step->kind == RS_STEP_CHECK)
      describe_check(writer, step, &out[rows]);
    else
      describe_access(writer, step, &out[rows]);
    i += count;
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

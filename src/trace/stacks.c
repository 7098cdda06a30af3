/* The telling of the stacks, old and new side by side. */
#include <string.h>

#include "trace/steps.h"

enum { WORDS = 2 * RS_STACK_WORDS + 1, COLUMN_LEFT = 1, COLUMN_RIGHT = 55 };
/* Within each side. */
enum { AT_ADDRESS = 4, AT_VALUE = 23, AT_NOTE = 42 };

static bool item_has_a_width(unsigned item) {
  return item == RS_ITEM_PUSHED_SP || item == RS_ITEM_POPPED_SP || item == RS_ITEM_PUSHED_FLAGS ||
         item == RS_ITEM_POPPED_FLAGS || item == RS_ITEM_PUSHED_IP || item == RS_ITEM_POPPED_IP;
}

static const char *item_short_name(const struct rs_step *step) {
  switch (step->id) {
  case RS_ITEM_PUSHED_SS:
  case RS_ITEM_POPPED_SS: return "SS";
  case RS_ITEM_PUSHED_SP:
  case RS_ITEM_POPPED_SP: return "SP";
  case RS_ITEM_PUSHED_FLAGS:
  case RS_ITEM_POPPED_FLAGS: return "FLAGS";
  case RS_ITEM_PUSHED_CS:
  case RS_ITEM_POPPED_CS: return "CS";
  case RS_ITEM_PUSHED_IP:
  case RS_ITEM_POPPED_IP: return "IP";
  case RS_ITEM_PUSHED_ERROR_CODE: return "error code";
  case RS_ITEM_PUSHED_PARAMETER:
  case RS_ITEM_CALLER_PARAMETER: return "parameter";
  default: return rs_register_name((enum rs_register)step->reg);
  }
}

const struct rs_step *stack_word_step(const struct rs_transition *transition, unsigned steps,
                                      uint64_t address, unsigned word_size, bool pushed) {
  const struct rs_step *found = NULL;
  for (unsigned i = 0; i < steps; i++) {
    const struct rs_step *step = &transition->step[i];
    if (step->kind == RS_STEP_CHECK) continue;
    bool write = step->kind == RS_STEP_WRITE;
    enum rs_item item = (enum rs_item)step->id;
    if (pushed ? !write || !rs_item_is_pushed(item) : write || !rs_item_is_popped(item)) continue;
    uint64_t linear = write ? step->write.linear : step->read.linear;
    if (linear - address < word_size) found = step;
  }
  return found;
}

void stack_print_name(struct output *output, const struct rs_step *step) {
  if (item_has_a_width(step->id) && step->size >= 4) output_char(output, step->size == 8 ? 'R' : 'E');
  output_text(output, item_short_name(step));
}

uint64_t stack_word_address(const struct rs_stack_window *window, unsigned i) {
  uint64_t address = window->pointer + ((uint64_t)i - RS_STACK_WORDS) * window->word_size;
  return window->word_size < 8 ? (uint32_t)address : address;
}

static void print_word(struct output *output, unsigned column, const struct rs_transition *transition,
                       const struct rs_stack_window *window, unsigned i, bool pushed) {
  unsigned digits = window->word_size * 2;
  uint64_t address = stack_word_address(window, i);
  output_column(output, column);
  if (i == RS_STACK_WORDS) output_text(output, "SP>");
  output_column(output, column + AT_ADDRESS);
  output_hex_wide(output, address, window->word_size == 8 ? 16 : 8);
  output_column(output, column + AT_VALUE);
  if (window->mapped >> i & 1)
    output_hex_wide(output, window->word[i], digits);
  else
    output_text(output, "unmapped");
  const struct rs_step *step =
      stack_word_step(transition, transition->step_count, address, window->word_size, pushed);
  if (!step) return;
  output_column(output, column + AT_NOTE);
  output_text(output, "<- ");
  stack_print_name(output, step);
}

static bool windows_are_equal(const struct rs_stack_window *a, const struct rs_stack_window *b) {
  return a->pointer == b->pointer && a->word_size == b->word_size && a->mapped == b->mapped &&
         memcmp(a->word, b->word, sizeof a->word) == 0;
}

void stacks_print(struct output *output, const struct rs_transition_event *event) {
  const struct rs_stack_window *old = &event->old_stack, *new = &event->new_stack;
  if (!old->word_size || !new->word_size) return;
  bool equal = windows_are_equal(old, new);
  output_column(output, COLUMN_LEFT + AT_ADDRESS);
  output_text(output, equal ? "stack, the same before and after" : "stack before");
  if (!equal) {
    output_column(output, COLUMN_RIGHT + AT_ADDRESS);
    output_text(output, "stack after");
  }
  output_line(output);
  for (unsigned i = WORDS; i-- > 0;) {
    print_word(output, COLUMN_LEFT, event->transition, old, i, false);
    if (!equal) print_word(output, COLUMN_RIGHT, event->transition, new, i, true);
    output_line(output);
  }
}

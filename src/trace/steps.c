/* The telling of micro-steps. */
#include "trace/steps.h"

#include <string.h>

#include "trace/fields.h"

/* "   3  check  ok      text", "   4  read   IDT gate                address = value" */
enum { COLUMN_KIND = 6, COLUMN_WHAT = 13, COLUMN_CHECK = 21, COLUMN_VALUE = 40, MEANING_SIZE = 256 };

static void print_index(struct output *output, unsigned index) {
  output_column(output, index < 10 ? 3 : index < 100 ? 2 : 1);
  output_decimal(output, index);
  output_column(output, COLUMN_KIND);
}

/* On this line if it fits, else on the next one, from `column` on. */
static void print_after(struct output *output, unsigned column, enum colour colour, const char *text) {
  if (output->column + 2 + strlen(text) > TEXT_WIDTH) {
    output_line(output);
    output_column(output, column);
  } else {
    output_text(output, "  ");
  }
  output_colour(output, colour);
  output_text(output, text);
  output_colour(output, COLOUR_NONE);
}

static void print_check(struct output *output, const struct rs_step *step) {
  char text[MEANING_SIZE];
  struct output citation;
  output_text(output, "check");
  output_column(output, COLUMN_WHAT);
  if (!step->passed) output_colour(output, COLOUR_RED);
  output_text(output, step->passed ? "ok" : "FAILED");
  output_column(output, COLUMN_CHECK);
  fields_check(output, step);
  if (!step->passed) output_colour(output, COLOUR_NONE);
  output_init(&citation, NULL, text, sizeof text, false);
  output_char(&citation, '[');
  output_text(&citation, rs_check_citation((enum rs_check)step->id));
  output_char(&citation, ']');
  print_after(output, COLUMN_CHECK, COLOUR_FAINT, output_finish(&citation));
}

uint64_t step_linear(const struct rs_step *step) {
  return step->kind == RS_STEP_WRITE ? step->write.linear : step->read.linear;
}

/* "0xffffffff80200800 (0x200800, walk 3)"; the physical address alone of page-table entries. */
static void print_address(struct output *output, const struct rs_step *step) {
  output_hex(output, step_linear(step));
  if (step->level || step->walk == RS_NO_WALK) return;
  output_text(output, " (");
  output_hex(output, step->kind == RS_STEP_WRITE ? step->write.physical : step->read.physical);
  output_text(output, ", walk ");
  output_decimal(output, step->walk);
  output_char(output, ')');
}

bool step_is_page_entry(const struct rs_step *step) {
  return step->kind == RS_STEP_READ && step->id == RS_ITEM_PAGE_ENTRY;
}

static bool walk_begins(const struct rs_transition *transition, unsigned index) {
  const struct rs_step *step = &transition->step[index];
  return step_is_page_entry(step) && (index == 0 || !step_is_page_entry(step - 1));
}

/* It is that of the first access it translates, or the one it refused, which it can only have done as the
 * last walk of all. */
bool step_walked_address(const struct rs_transition *transition, unsigned index, uint64_t *linear) {
  bool last = true;
  for (unsigned i = index + 1; i < transition->step_count; i++) {
    const struct rs_step *step = &transition->step[i];
    if (walk_begins(transition, i)) last = false;
    if (step->kind == RS_STEP_CHECK || step->level || step->walk != index) continue;
    *linear = step_linear(step);
    return true;
  }
  *linear = transition->fault.cr2;
  return last && transition->outcome == RS_FAULTED && transition->fault.has_cr2;
}

/* The first entry of a walk tells what is walked, and which walk told the entries above it. */
static void print_walked(struct output *output, const struct rs_transition *transition, unsigned index) {
  const struct rs_step *step = &transition->step[index];
  uint64_t linear;
  if (!walk_begins(transition, index)) return;
  if (step_walked_address(transition, index, &linear)) {
    output_text(output, ", walk for ");
    output_hex(output, linear);
  }
  if (step->walk == index || step->walk == RS_NO_WALK) return;
  output_text(output, ", above as in walk ");
  output_decimal(output, step->walk);
}

static void print_read_or_write(struct output *output, const struct rs_transition *transition, unsigned index,
                                const struct rs_symbols *symbols) {
  const struct rs_step *step = &transition->step[index];
  char text[MEANING_SIZE];
  struct output meaning;
  bool write = step->kind == RS_STEP_WRITE;
  output_text(output, write ? "write" : "read");
  output_column(output, COLUMN_WHAT);
  fields_item(output, step);
  output_column(output, COLUMN_VALUE);
  if (!step_is_register(step)) {
    print_address(output, step);
    output_text(output, write ? ": " : " = ");
  }
  if (write) {
    fields_value(output, step, &step->write.old);
    output_text(output, " -> ");
  }
  fields_value(output, step, write ? &step->write.new : &step->read.value);
  output_init(&meaning, NULL, text, sizeof text, false);
  bool meant = fields_meaning(&meaning, step, symbols);
  print_walked(&meaning, transition, index);
  if (meant) print_after(output, COLUMN_VALUE, COLOUR_FAINT, output_finish(&meaning));
}

void steps_print(struct output *output, const struct rs_transition *transition,
                 const struct rs_symbols *symbols) {
  for (unsigned i = 0; i < transition->step_count; i++) {
    const struct rs_step *step = &transition->step[i];
    print_index(output, i);
    if (step->kind == RS_STEP_CHECK)
      print_check(output, step);
    else
      print_read_or_write(output, transition, i, symbols);
    output_line(output);
  }
}

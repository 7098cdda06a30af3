/* The short telling of micro-steps. */
#include "trace/brief.h"

#include "trace/fields.h"
#include "trace/steps.h"

enum { MEANING_SIZE = 256 };

static bool is_page_entry(const struct rs_step *step) {
  return step->kind != RS_STEP_CHECK &&
         (step->id == RS_ITEM_PAGE_ENTRY || step->id == RS_ITEM_PAGE_ACCESSED_DIRTY);
}

static bool is_task_field(const struct rs_step *step) {
  return step->kind != RS_STEP_CHECK && (step->id == RS_ITEM_TASK_SAVED || step->id == RS_ITEM_TASK_LOADED);
}

enum brief_kind brief_kind(const struct rs_step *step) {
  if (step->kind == RS_STEP_CHECK) return step->passed ? BRIEF_CHECK : BRIEF_FAILED;
  if (step->kind == RS_STEP_WRITE) return BRIEF_WRITE;
  return is_page_entry(step) ? BRIEF_WALK : BRIEF_READ;
}

const char *brief_kind_text(enum brief_kind kind) {
  static const char *const text[] = { [BRIEF_CHECK] = "check",
                                      [BRIEF_FAILED] = "FAILED",
                                      [BRIEF_READ] = "read",
                                      [BRIEF_WRITE] = "write",
                                      [BRIEF_WALK] = "walk" };
  return text[kind];
}

unsigned brief_length(const struct rs_transition *transition, unsigned first) {
  const struct rs_step *step = &transition->step[first];
  unsigned end = first + 1;
  if (!is_page_entry(step) && !is_task_field(step)) return 1;
  while (end < transition->step_count && transition->step[end].kind == step->kind &&
         transition->step[end].id == step->id)
    end++;
  return end - first;
}

/* Old values say something where a word keeps a part of itself; what a push overwrites does not. */
static bool shows_old_value(const struct rs_step *step) {
  return step->kind == RS_STEP_WRITE &&
         (step_is_register(step) || step->id == RS_ITEM_DESCRIPTOR_ACCESSED ||
          step->id == RS_ITEM_DESCRIPTOR_BUSY || step->id == RS_ITEM_PAGE_ACCESSED_DIRTY);
}

/* Gates and descriptors say it in words. */
static bool is_descriptor(const struct rs_step *step) {
  return step->id == RS_ITEM_IDT_GATE || step->id == RS_ITEM_GDT_DESCRIPTOR ||
         step->id == RS_ITEM_LDT_DESCRIPTOR || step->id == RS_ITEM_DESCRIPTOR_UPPER;
}

static void print_meaning(struct output *output, const struct rs_step *step,
                          const struct rs_symbols *symbols) {
  char text[MEANING_SIZE];
  struct output meaning;
  output_init(&meaning, NULL, text, sizeof text, false);
  if (!fields_meaning(&meaning, step, symbols)) return;
  output_text(output, " (");
  output_text(output, output_finish(&meaning));
  output_char(output, ')');
}

static void print_new_value(struct output *output, const struct rs_step *step) {
  fields_value(output, step, step->kind == RS_STEP_WRITE ? &step->write.new : &step->read.value);
}

static void print_access(struct output *output, const struct rs_step *step,
                         const struct rs_symbols *symbols) {
  fields_item(output, step);
  if (is_descriptor(step)) {
    output_text(output, ": ");
    fields_meaning(output, step, symbols);
    return;
  }
  output_text(output, step_is_register(step) ? " " : " = ");
  if (shows_old_value(step)) {
    fields_value(output, step, &step->write.old);
    output_text(output, " -> ");
  }
  print_new_value(output, step);
  if (!step_is_register(step) || !register_is_segment((enum rs_register)step->reg))
    print_meaning(output, step, symbols);
}

static void print_full_access(struct output *output, const struct rs_step *step,
                              const struct rs_symbols *symbols) {
  fields_item(output, step);
  if (!step_is_register(step)) {
    output_text(output, " at ");
    output_hex(output, step_linear(step));
  }
  output_text(output, step_is_register(step) ? " " : " = ");
  if (step->kind == RS_STEP_WRITE) {
    fields_value(output, step, &step->write.old);
    output_text(output, " -> ");
  }
  print_new_value(output, step);
  print_meaning(output, step, symbols);
}

static const char *run_title(const struct rs_step *step) {
  if (step->id == RS_ITEM_PAGE_ACCESSED_DIRTY) return "A and D bits of";
  return is_task_field(step) ? rs_item_text((enum rs_item)step->id) : "";
}

/* Several steps by what each is about. */
static void print_run(struct output *output, const struct rs_transition *transition, unsigned first,
                      unsigned count) {
  const struct rs_step *step = &transition->step[first];
  const char *title = run_title(step);
  uint64_t linear;
  output_text(output, title);
  for (unsigned i = 0; i < count; i++) {
    if (i || *title) output_char(output, ' ');
    output_text(output, is_page_entry(step) ? fields_page_entry_name(step[i].level)
                                            : rs_register_name((enum rs_register)step[i].reg));
  }
  if (!step_is_page_entry(step) || !step_walked_address(transition, first, &linear)) return;
  output_text(output, " for ");
  output_hex(output, linear);
}

void brief_print(struct output *output, const struct rs_transition *transition, unsigned first,
                 const struct rs_symbols *symbols) {
  const struct rs_step *step = &transition->step[first];
  if (step->kind == RS_STEP_CHECK)
    fields_check(output, step);
  else if (is_page_entry(step) || is_task_field(step))
    print_run(output, transition, first, brief_length(transition, first));
  else
    print_access(output, step, symbols);
}

void brief_print_full(struct output *output, const struct rs_transition *transition, unsigned first,
                      const struct rs_symbols *symbols) {
  const struct rs_step *step = &transition->step[first];
  unsigned count = brief_length(transition, first);
  if (step->kind == RS_STEP_CHECK) {
    fields_check(output, step);
    output_text(output, " [");
    output_text(output, rs_check_citation((enum rs_check)step->id));
    output_char(output, ']');
    return;
  }
  for (unsigned i = 0; i < count; i++) {
    if (i) output_text(output, "; ");
    print_full_access(output, &step[i], symbols);
  }
}

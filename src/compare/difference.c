/* Holds two events against each other, in the order in which they are told. */
#include "compare/difference.h"

#include <string.h>

#include "trace/brief.h"
#include "trace/changes.h"
#include "trace/descriptors.h"
#include "trace/fields.h"

/* The parts of one telling. */
struct pair {
  struct difference *difference;
  const struct side *side;
};

static struct output begin_text(char *text, size_t size) {
  struct output output;
  output_init(&output, NULL, text, size, false);
  return output;
}

static void set_what(struct pair *pair, const char *what, const char *more) {
  struct output output = begin_text(pair->difference->what, sizeof pair->difference->what);
  pair->difference->found = true;
  output_text(&output, what);
  output_text(&output, more);
  output_finish(&output);
}

static void set_text(struct pair *pair, unsigned side, const char *text) {
  struct output output = begin_text(pair->difference->value[side], DIFFERENCE_TEXT);
  output_text(&output, text);
  output_finish(&output);
}

static bool numbers_differ(struct pair *pair, const char *what, uint64_t a, uint64_t b, bool hexadecimal) {
  const uint64_t value[] = { a, b };
  if (a == b) return false;
  set_what(pair, what, "");
  for (unsigned i = 0; i < 2; i++) {
    struct output output = begin_text(pair->difference->value[i], DIFFERENCE_TEXT);
    (hexadecimal ? output_hex : output_decimal)(&output, value[i]);
    output_finish(&output);
  }
  return true;
}

static void set_register(struct pair *pair, unsigned side, const struct rs_cpu *cpu, enum rs_register reg) {
  struct output output = begin_text(pair->difference->value[side], DIFFERENCE_TEXT);
  union rs_value value = rs_cpu_get(cpu, reg);
  fields_register(&output, reg, &value);
  if (register_is_segment(reg)) {
    output_text(&output, " (");
    descriptor_print_segment(&output, reg, &value.segment);
    output_char(&output, ')');
  }
  output_finish(&output);
}

static bool registers_differ(struct pair *pair, const char *when, const struct rs_cpu *a,
                             const struct rs_cpu *b) {
  if (memcmp(a, b, sizeof *a) == 0) return false;
  for (enum rs_register reg = RS_RAX; reg < RS_REGISTER_COUNT; reg++) {
    if (!register_differs(a, b, reg)) continue;
    set_what(pair, rs_register_name(reg), when);
    set_register(pair, 0, a, reg);
    set_register(pair, 1, b, reg);
    return true;
  }
  return numbers_differ(pair, "the processor's model", a->model, b->model, false) ||
         numbers_differ(pair, "#DB traps that wait", a->debug_pending, b->debug_pending, true);
}

static bool values_are_equal(const struct rs_step *step, const union rs_value *a, const union rs_value *b) {
  if (step_is_register(step)) return !values_differ((enum rs_register)step->reg, a, b);
  return a->word[0] == b->word[0] && a->word[1] == b->word[1];
}

static bool steps_are_equal(const struct rs_step *a, const struct rs_step *b) {
  if (a->kind != b->kind || a->passed != b->passed || a->size != b->size || a->level != b->level ||
      a->id != b->id || a->reg != b->reg || a->walk != b->walk)
    return false;
  switch (a->kind) {
  case RS_STEP_CHECK: return memcmp(a->operand, b->operand, sizeof a->operand) == 0;
  case RS_STEP_READ:
    return a->read.linear == b->read.linear && a->read.physical == b->read.physical &&
           values_are_equal(a, &a->read.value, &b->read.value);
  default:
    return a->write.linear == b->write.linear && a->write.physical == b->write.physical &&
           values_are_equal(a, &a->write.old, &b->write.old) &&
           values_are_equal(a, &a->write.new, &b->write.new);
  }
}

static void set_step(struct pair *pair, unsigned side, const struct rs_transition *transition, unsigned i) {
  struct output output = begin_text(pair->difference->value[side], DIFFERENCE_TEXT);
  if (i < transition->step_count) {
    output_text(&output, brief_kind_text(brief_kind(&transition->step[i])));
    output_char(&output, ' ');
    brief_print_full(&output, transition, i, pair->side[side].story.options.symbols);
  } else {
    output_text(&output, "none");
  }
  output_finish(&output);
}

static bool micro_steps_differ(struct pair *pair, const struct rs_transition *a,
                               const struct rs_transition *b) {
  unsigned i = 0;
  char index[8];
  while (i < a->step_count && i < b->step_count && steps_are_equal(&a->step[i], &b->step[i]))
    i++;
  if (i == a->step_count && i == b->step_count) return false;
  struct output output = begin_text(index, sizeof index);
  output_decimal(&output, i);
  set_what(pair, "micro-step ", output_finish(&output));
  set_step(pair, 0, a, i);
  set_step(pair, 1, b, i);
  return true;
}

static bool stacks_differ(struct pair *pair, const char *what, const struct rs_stack_window *a,
                          const struct rs_stack_window *b) {
  if (numbers_differ(pair, what, a->pointer, b->pointer, true)) return true;
  if (numbers_differ(pair, what, a->word_size, b->word_size, false)) return true;
  if (numbers_differ(pair, what, a->mapped, b->mapped, true)) return true;
  for (unsigned i = 0; i < 2 * RS_STACK_WORDS + 1; i++)
    if (a->mapped >> i & 1 && numbers_differ(pair, what, a->word[i], b->word[i], true)) return true;
  return false;
}

static bool texts_differ(struct pair *pair, const char *what, const char *a, const char *b) {
  if (strcmp(a, b) == 0) return false;
  set_what(pair, what, "");
  set_text(pair, 0, a);
  set_text(pair, 1, b);
  return true;
}

static const char *instruction_name(const struct rs_transition *transition) {
  return transition->cause.has_instruction ? rs_operation_name(transition->cause.instruction.operation)
                                           : "none";
}

static bool causes_differ(struct pair *pair, const struct rs_transition *a, const struct rs_transition *b) {
  return texts_differ(pair, "the mechanism", rs_mechanism_name(a->cause.mechanism),
                      rs_mechanism_name(b->cause.mechanism)) ||
         texts_differ(pair, "the instruction", instruction_name(a), instruction_name(b)) ||
         numbers_differ(pair, "the vector", a->cause.interrupt.vector, b->cause.interrupt.vector, true) ||
         numbers_differ(pair, "the error code", a->cause.interrupt.error_code, b->cause.interrupt.error_code,
                        true);
}

static bool transitions_differ(struct pair *pair, const struct rs_transition_event *a,
                               const struct rs_transition_event *b) {
  const struct rs_transition *left = a->transition, *right = b->transition;
  return numbers_differ(pair, "the transition's number", a->number, b->number, false) ||
         causes_differ(pair, left, right) ||
         numbers_differ(pair, "instructions executed before it", a->instructions, b->instructions, false) ||
         registers_differ(pair, " before it", &left->before, &right->before) ||
         micro_steps_differ(pair, left, right) ||
         numbers_differ(pair, "the outcome", left->outcome, right->outcome, false) ||
         registers_differ(pair, " after it", &left->after, &right->after) ||
         numbers_differ(pair, "the process that runs after it", a->task.id, b->task.id, false) ||
         stacks_differ(pair, "the stack before it", &a->old_stack, &b->old_stack) ||
         stacks_differ(pair, "the stack after it", &a->new_stack, &b->new_stack);
}

static bool writes_differ(struct pair *pair, const struct rs_instruction_event *a,
                          const struct rs_instruction_event *b) {
  if (numbers_differ(pair, "how often it wrote memory", a->write_count, b->write_count, false)) return true;
  for (unsigned i = 0; i < a->write_count; i++)
    if (numbers_differ(pair, "the address that it wrote", a->write[i].linear, b->write[i].linear, true) ||
        numbers_differ(pair, "how many bytes it wrote", a->write[i].size, b->write[i].size, false) ||
        numbers_differ(pair, "what was overwritten", a->write[i].old, b->write[i].old, true) ||
        numbers_differ(pair, "what it wrote", a->write[i].new, b->write[i].new, true))
      return true;
  return false;
}

static bool instructions_differ(struct pair *pair, const struct rs_instruction_event *a,
                                const struct rs_instruction_event *b) {
  if (numbers_differ(pair, "the address of the instruction", a->linear, b->linear, true) ||
      numbers_differ(pair, "instructions executed before it", a->instructions, b->instructions, false))
    return true;
  if (a->length != b->length || memcmp(a->bytes, b->bytes, a->length) != 0) {
    set_what(pair, "the instruction's bytes", "");
    return true;
  }
  return registers_differ(pair, " before it", a->before, b->before) || writes_differ(pair, a, b) ||
         registers_differ(pair, " after it", a->after, b->after);
}

static bool macro_steps_differ(struct pair *pair, const struct rs_macro_event *a,
                               const struct rs_macro_event *b) {
  return numbers_differ(pair, "the macro-step", a->step.number, b->step.number, false) ||
         texts_differ(pair, "the macro-step's name", a->step.name, b->step.name) ||
         numbers_differ(pair, "instructions executed before it", a->instructions, b->instructions, false) ||
         registers_differ(pair, " there", a->cpu, b->cpu) ||
         stacks_differ(pair, "the stack there", &a->stack, &b->stack);
}

static bool ends_differ(struct pair *pair, const struct rs_end_event *a, const struct rs_end_event *b) {
  char text[2][SIDE_LINE];
  for (unsigned i = 0; i < 2; i++) {
    struct output output = begin_text(text[i], sizeof text[i]);
    fields_end(&output, i ? b : a);
    output_finish(&output);
  }
  return texts_differ(pair, "how the run ended", text[0], text[1]) ||
         numbers_differ(pair, "how many instructions were executed", a->instructions, b->instructions,
                        false) ||
         numbers_differ(pair, "where it ended", a->rip, b->rip, true);
}

static bool events_differ(struct pair *pair) {
  const struct log_event *a = &pair->side[0].event, *b = &pair->side[1].event;
  if (a->kind != b->kind) {
    set_what(pair, "what happens", "");
    return true;
  }
  switch (a->kind) {
  case LOG_TRANSITION: return transitions_differ(pair, a->transition, b->transition);
  case LOG_INSTRUCTION: return instructions_differ(pair, a->instruction, b->instruction);
  case LOG_MACRO: return macro_steps_differ(pair, a->macro, b->macro);
  default: return ends_differ(pair, a->end, b->end);
  }
}

static void set_headline(struct difference *difference, const struct side *side, unsigned i) {
  struct output output = begin_text(difference->headline[i], SIDE_LINE);
  difference->event[i] = side->more ? side->count : 0;
  if (side->more)
    side_headline(&output, side);
  else
    output_text(&output, side->status == RS_OK ? "nothing more" : "nothing more that is whole");
  output_finish(&output);
}

void difference_find(struct difference *difference, const struct side side[2]) {
  struct pair pair = { difference, side };
  if (!side[0].more && !side[1].more) return;
  if (side[0].more != side[1].more)
    set_what(&pair, "what happens", "");
  else if (!events_differ(&pair))
    return;
  for (unsigned i = 0; i < 2; i++)
    set_headline(difference, &side[i], i);
}

/* The making of JSON values. */
#include "trace/json_values.h"

#include "trace/fields.h"

enum { TEXT_SIZE = 512 };

bool json_put(json_t *object, const char *key, json_t *value) {
  return json_object_set_new_nocheck(object, key, value) == 0;
}

static json_t *json_text(struct output *output) {
  return json_string_nocheck(output_finish(output));
}

json_t *json_hex(uint64_t value) {
  char text[24];
  struct output output;
  output_init(&output, NULL, text, sizeof text, false);
  output_hex(&output, value);
  return json_text(&output);
}

static json_t *json_segment(const struct rs_segment *segment) {
  return json_pack("{s:o, s:o, s:o, s:o}", "selector", json_hex(segment->selector), "attributes",
                   json_hex(segment->attributes), "limit", json_hex(segment->limit), "base",
                   json_hex(segment->base));
}

json_t *json_register(enum rs_register reg, const union rs_value *value) {
  if (register_is_segment(reg)) return json_segment(&value->segment);
  if (!register_is_table(reg)) return json_hex(value->word[0]);
  return json_pack("{s:o, s:o}", "base", json_hex(value->table.base), "limit", json_hex(value->table.limit));
}

json_t *json_registers(const struct rs_cpu *cpu) {
  json_t *object = json_object();
  bool complete = json_put(object, "model", json_string(cpu->model == RS_CPU_AMD ? "amd" : "intel"));
  for (unsigned i = RS_RAX; i < RS_REGISTER_COUNT; i++) {
    enum rs_register reg = (enum rs_register)i;
    union rs_value value = rs_cpu_get(cpu, reg);
    complete = json_put(object, rs_register_name(reg), json_register(reg, &value)) && complete;
  }
  if (complete) return object;
  json_decref(object);
  return NULL;
}

static json_t *json_operands(const struct rs_step *step) {
  return json_pack("[o, o, o, o]", json_hex(step->operand[0]), json_hex(step->operand[1]),
                   json_hex(step->operand[2]), json_hex(step->operand[3]));
}

static json_t *json_check(const struct rs_step *step) {
  char text[TEXT_SIZE];
  struct output output;
  enum rs_check check = (enum rs_check)step->id;
  output_init(&output, NULL, text, sizeof text, false);
  fields_check(&output, step);
  return json_pack("{s:s, s:s, s:b, s:o, s:o, s:s}", "kind", "check", "check", rs_check_name(check), "passed",
                   step->passed, "operands", json_operands(step), "text", json_text(&output), "citation",
                   rs_check_citation(check));
}

/* Up to 16 bytes as one number. */
static json_t *json_bytes(const union rs_value *value, unsigned size) {
  char text[40];
  struct output output;
  if (size <= 8 || !value->word[1]) return json_hex(value->word[0]);
  output_init(&output, NULL, text, sizeof text, false);
  output_hex(&output, value->word[1]);
  output_hex_digits(&output, value->word[0], 16);
  return json_text(&output);
}

json_t *json_value(const struct rs_step *step, const union rs_value *value) {
  if (step_is_register(step)) return json_register((enum rs_register)step->reg, value);
  return json_bytes(value, step->size);
}

/* Where a read or write goes: a register, or memory by its addresses. */
static bool put_place(json_t *object, const struct rs_step *step) {
  bool write = step->kind == RS_STEP_WRITE, complete = true;
  if (step->reg != RS_NO_REGISTER)
    complete = json_put(object, "register", json_string(rs_register_name((enum rs_register)step->reg)));
  if (step_is_register(step)) return complete;
  if (step->level) complete = json_put(object, "level", json_integer(step->level)) && complete;
  complete = json_put(object, "linear", json_hex(write ? step->write.linear : step->read.linear)) && complete;
  complete =
      json_put(object, "physical", json_hex(write ? step->write.physical : step->read.physical)) && complete;
  if (step->walk != RS_NO_WALK) complete = json_put(object, "walk", json_integer(step->walk)) && complete;
  return json_put(object, "size", json_integer(step->size)) && complete;
}

static bool put_meaning(json_t *object, const struct rs_step *step, const struct rs_symbols *symbols) {
  char text[TEXT_SIZE];
  struct output output;
  output_init(&output, NULL, text, sizeof text, false);
  return !fields_meaning(&output, step, symbols) || json_put(object, "meaning", json_text(&output));
}

static json_t *json_access(const struct rs_step *step, const struct rs_symbols *symbols) {
  bool write = step->kind == RS_STEP_WRITE;
  json_t *object = json_object();
  bool complete = json_put(object, "kind", json_string(write ? "write" : "read"));
  complete = json_put(object, "item", json_string(rs_item_text((enum rs_item)step->id))) && complete;
  complete = put_place(object, step) && complete;
  if (write) {
    complete = json_put(object, "old", json_value(step, &step->write.old)) && complete;
    complete = json_put(object, "new", json_value(step, &step->write.new)) && complete;
  } else {
    complete = json_put(object, "value", json_value(step, &step->read.value)) && complete;
  }
  if (put_meaning(object, step, symbols) && complete) return object;
  json_decref(object);
  return NULL;
}

json_t *json_steps(const struct rs_transition *transition, const struct rs_symbols *symbols) {
  json_t *array = json_array();
  for (unsigned i = 0; i < transition->step_count; i++) {
    const struct rs_step *step = &transition->step[i];
    json_t *value = step->kind == RS_STEP_CHECK ? json_check(step) : json_access(step, symbols);
    if (json_array_append_new(array, value) == 0) continue;
    json_decref(array);
    return NULL;
  }
  return array;
}

json_t *json_stack(const struct rs_stack_window *window) {
  json_t *words = json_array();
  bool complete = true;
  for (unsigned i = 0; i < sizeof window->word / sizeof window->word[0]; i++) {
    json_t *word = window->mapped >> i & 1 ? json_hex(window->word[i]) : json_null();
    complete = json_array_append_new(words, word) == 0 && complete;
  }
  if (complete)
    return json_pack("{s:o, s:i, s:o}", "pointer", json_hex(window->pointer), "word_size", window->word_size,
                     "words", words);
  json_decref(words);
  return NULL;
}

/* Claims about docs/jsonl.schema.json: its words are those that the program knows, no more and no less. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "ringside/transition.h"
#include "trace/fields.h"

static json_t *schema;

static int schema_load(void **state) {
  (void)state;
  json_error_t error;
  schema = json_load_file(JSONL_SCHEMA, JSON_REJECT_DUPLICATES, &error);
  if (!schema) print_error("%s:%d: %s\n", JSONL_SCHEMA, error.line, error.text);
  return schema ? 0 : -1;
}

static int schema_free(void **state) {
  (void)state;
  json_decref(schema);
  return 0;
}

static const json_t *definition(const char *name) {
  const json_t *found = json_object_get(json_object_get(schema, "$defs"), name);
  assert_non_null(found);
  return found;
}

static const json_t *words_of(const char *name) {
  const json_t *words = json_object_get(definition(name), "enum");
  assert_true(json_is_array(words));
  return words;
}

/* The next word of an enumeration is this one. */
static void expect_word(const json_t *words, size_t *next, const char *word) {
  const char *found = json_string_value(json_array_get(words, *next));
  assert_string_equal(found ? found : "(nothing)", word);
  ++*next;
}

static void expect_end(const json_t *words, size_t next) {
  assert_int_equal(json_array_size(words), next);
}

static void every_check_is_known_and_no_other(void **state) {
  (void)state;
  size_t next = 0;
  for (unsigned i = 0; i < RS_CHECK_COUNT; i++)
    expect_word(words_of("check"), &next, rs_check_name((enum rs_check)i));
  expect_end(words_of("check"), next);
}

static void every_item_is_known_and_no_other(void **state) {
  (void)state;
  size_t next = 0;
  for (unsigned i = 0; i < RS_ITEM_COUNT; i++)
    expect_word(words_of("item"), &next, rs_item_text((enum rs_item)i));
  expect_end(words_of("item"), next);
}

static void every_mechanism_is_known_and_no_other(void **state) {
  (void)state;
  size_t next = 0;
  for (unsigned i = 0; i <= RS_MECHANISM_OPERATION; i++)
    expect_word(words_of("mechanism"), &next, rs_mechanism_name((enum rs_mechanism)i));
  expect_end(words_of("mechanism"), next);
}

static void every_operation_is_known_and_no_other(void **state) {
  (void)state;
  size_t next = 0;
  for (unsigned i = RS_OP_NONE + 1; i < RS_OPERATION_COUNT; i++)
    expect_word(words_of("operation"), &next, rs_operation_name((enum rs_operation)i));
  expect_end(words_of("operation"), next);
}

static const char *kind_of(enum rs_register reg) {
  return register_is_segment(reg) ? "segment" : register_is_table(reg) ? "table" : "word";
}

static void every_register_is_known_by_its_kind_and_no_other(void **state) {
  (void)state;
  static const char *const kinds[] = { "word", "segment", "table" };
  for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
    char name[32];
    size_t next = 0;
    snprintf(name, sizeof name, "%s-register", kinds[kind]);
    for (unsigned i = RS_RAX; i < RS_REGISTER_COUNT; i++)
      if (strcmp(kind_of((enum rs_register)i), kinds[kind]) == 0)
        expect_word(words_of(name), &next, rs_register_name((enum rs_register)i));
    expect_end(words_of(name), next);
  }
}

/* A reference to the definition of this name. */
static void expect_reference(const json_t *value, const char *name) {
  const char *reference = json_string_value(json_object_get(value, "$ref"));
  static const char prefix[] = "#/$defs/";
  assert_non_null(reference);
  assert_memory_equal(reference, prefix, sizeof prefix - 1);
  assert_string_equal(reference + sizeof prefix - 1, name);
}

static void a_state_has_the_model_and_every_register(void **state) {
  (void)state;
  const json_t *registers = definition("registers");
  const json_t *required = json_object_get(registers, "required");
  const json_t *properties = json_object_get(registers, "properties");
  size_t next = 0;
  expect_word(required, &next, "model");
  for (unsigned i = RS_RAX; i < RS_REGISTER_COUNT; i++) {
    const char *name = rs_register_name((enum rs_register)i);
    expect_word(required, &next, name);
    expect_reference(json_object_get(properties, name), kind_of((enum rs_register)i));
  }
  expect_end(required, next);
  assert_int_equal(json_object_size(properties), next);
  assert_true(json_is_false(json_object_get(registers, "additionalProperties")));
}

static void the_bound_of_steps_is_the_transition_s(void **state) {
  (void)state;
  const json_t *steps = json_object_get(json_object_get(definition("event"), "properties"), "steps");
  assert_int_equal(json_integer_value(json_object_get(steps, "maxItems")), RS_STEP_LIMIT);
  assert_int_equal(json_integer_value(json_object_get(definition("step-index"), "maximum")),
                   RS_STEP_LIMIT - 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_check_is_known_and_no_other),
    cmocka_unit_test(every_item_is_known_and_no_other),
    cmocka_unit_test(every_mechanism_is_known_and_no_other),
    cmocka_unit_test(every_operation_is_known_and_no_other),
    cmocka_unit_test(every_register_is_known_by_its_kind_and_no_other),
    cmocka_unit_test(a_state_has_the_model_and_every_register),
    cmocka_unit_test(the_bound_of_steps_is_the_transition_s),
  };
  return cmocka_run_group_tests(tests, schema_load, schema_free);
}

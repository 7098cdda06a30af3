/* Claims about macro-steps: which symbols name one, and what becomes of the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ringside/trace.h"
#include "trace/macro_steps.h"

static struct rs_symbols *symbols_of(const char *text) {
  struct rs_symbols *symbols;
  assert_int_equal(rs_symbols_create(&symbols), RS_OK);
  assert_int_equal(rs_symbols_add_map(symbols, text, strlen(text), NULL), RS_OK);
  return symbols;
}

static void symbol_names_a_step_by_number_and_words(void **state) {
  static const struct {
    const char *symbol, *name;
    unsigned number;
  } row[] = {
    { "macro_4_trap", "trap", 4 },
    { "macro_10_continue", "continue", 10 },
    { "macro_99_x", "x", 99 },
    { "macro_1_push_parameters", "push parameters", 1 },
    { "macro_6_handler_runs.read", "handler runs", 6 },
    { "macro_6_handler.read.2", "handler", 6 },
    { "macro_2__", " ", 2 },
  };
  (void)state;
  for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
    char line[80];
    struct rs_macro_step step;
    snprintf(line, sizeof line, "0000000000401000 t %s\n", row[i].symbol);
    struct rs_symbols *symbols = symbols_of(line);
    assert_int_equal(rs_symbols_macro_steps(symbols, &step, 1), 1);
    assert_int_equal(step.linear, 0x401000);
    assert_int_equal(step.number, row[i].number);
    assert_string_equal(step.name, row[i].name);
    rs_symbols_free(symbols);
  }
}

static void symbol_that_is_nearly_one_is_an_ordinary_name(void **state) {
  static const char *const row[] = {
    "macro_",     "macro_4",   "macro_4_",     "macro_4_.x",  "macro_0_zero", "macro_04_trap",
    "macro_100_", "macro__4_", "macro_x_trap", "macro_4trap", "Macro_4_trap", "my_macro_4_trap",
  };
  (void)state;
  for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
    char line[80], place[80];
    snprintf(line, sizeof line, "0000000000401000 t %s\n", row[i]);
    struct rs_symbols *symbols = symbols_of(line);
    assert_int_equal(rs_symbols_macro_steps(symbols, NULL, 0), 0);
    rs_symbols_format(symbols, 0x401000, place, sizeof place);
    assert_string_equal(place, row[i]);
    rs_symbols_free(symbols);
  }
}

static void step_never_names_a_place(void **state) {
  char place[80];
  (void)state;
  struct rs_symbols *symbols = symbols_of("0000000000401000 T read\n0000000000401004 T macro_4_trap\n");
  rs_symbols_format(symbols, 0x401006, place, sizeof place);
  assert_string_equal(place, "read+0x6");
  rs_symbols_free(symbols);
}

static void steps_of_all_images_are_listed_as_far_as_there_is_room(void **state) {
  struct rs_macro_step step[3] = { { .number = 0 } };
  (void)state;
  struct rs_symbols *symbols = symbols_of("0000000000401000 t macro_1_a\n0000000000401000 t macro_2_b\n");
  static const char more[] = "0000000000402000 T macro_3_c\n";
  assert_int_equal(rs_symbols_add_map(symbols, more, strlen(more), NULL), RS_OK);
  assert_int_equal(rs_symbols_macro_steps(symbols, step, 2), 3);
  assert_int_equal(step[0].number, 3);
  assert_int_equal(step[1].number, 1);
  assert_int_equal(step[2].number, 0);
  rs_symbols_free(symbols);
}

static void hostile_names_are_cut_and_printable(void **state) {
  char line[400] = "0000000000401000 t macro_1_";
  struct rs_macro_step step;
  (void)state;
  memset(line + strlen(line), 'a', 200);
  line[30] = '\x1b';
  struct rs_symbols *symbols = symbols_of(line);
  assert_int_equal(rs_symbols_macro_steps(symbols, &step, 1), 1);
  assert_int_equal(strlen(step.name), MACRO_NAME - 1);
  assert_null(strchr(step.name, '\x1b'));
  rs_symbols_free(symbols);
}

static void steps_beyond_the_limit_are_left_out(void **state) {
  static char text[(MACRO_LIMIT + 10) * 32];
  size_t used = 0;
  (void)state;
  for (unsigned i = 0; i < MACRO_LIMIT + 10; i++)
    used += (size_t)snprintf(text + used, sizeof text - used, "%016x t macro_1_a\n", 0x1000 + i);
  struct rs_symbols *symbols = symbols_of(text);
  assert_int_equal(rs_symbols_macro_steps(symbols, NULL, 0), MACRO_LIMIT);
  rs_symbols_free(symbols);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(symbol_names_a_step_by_number_and_words),
    cmocka_unit_test(symbol_that_is_nearly_one_is_an_ordinary_name),
    cmocka_unit_test(step_never_names_a_place),
    cmocka_unit_test(steps_of_all_images_are_listed_as_far_as_there_is_room),
    cmocka_unit_test(hostile_names_are_cut_and_printable),
    cmocka_unit_test(steps_beyond_the_limit_are_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Claims about the alignment of micro-steps, and about what a tally counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/align.h"
#include "compare/tally.h"

static struct rs_step *step_add(struct rs_transition *transition, enum rs_step_kind kind, unsigned id,
                                unsigned reg) {
  struct rs_step *step = &transition->step[transition->step_count++];
  *step =
      (struct rs_step){ .kind = (uint8_t)kind, .id = (uint16_t)id, .reg = (uint16_t)reg, .walk = RS_NO_WALK };
  return step;
}

/* One check for each letter: 'A' is the first of the table. */
static struct rs_transition *transition_of(const char *letters) {
  struct rs_transition *transition = calloc(1, sizeof *transition);
  assert_non_null(transition);
  for (; *letters; letters++)
    step_add(transition, RS_STEP_CHECK, (unsigned)(*letters - 'A'), RS_NO_REGISTER)->passed = true;
  return transition;
}

/* "A=A <B >C": the rows of an alignment. */
static void expect_rows(const char *first, const char *second, const char *expected) {
  struct rs_transition *a = transition_of(first), *b = transition_of(second);
  struct alignment alignment;
  char told[256] = "";
  assert_true(align_transitions(a, b, &alignment));
  for (unsigned i = 0; i < alignment.count; i++) {
    const struct align_row *row = &alignment.row[i];
    bool second_alone = row->side == ALIGN_SECOND;
    char part[3] = { "=<>"[row->side], (second_alone ? second : first)[row->step[second_alone]], 0 };
    strcat(told, part);
  }
  assert_string_equal(told, expected);
  align_free(&alignment);
  free(a);
  free(b);
}

static void what_both_do_stands_in_one_row(void **state) {
  (void)state;
  expect_rows("ABC", "ABC", "=A=B=C");
  expect_rows("ABCD", "AXD", "=A<B<C>X=D");
  expect_rows("", "AB", ">A>B");
  expect_rows("AB", "", "<A<B");
  expect_rows("", "", "");
}

static void as_much_as_possible_is_in_common(void **state) {
  (void)state;
  expect_rows("ABCBDAB", "BDCABA", "<A=B<C<B=D>C=A=B>A");
  expect_rows("AAAB", "B", "<A<A<A=B");
}

static void the_longest_transitions_are_aligned(void **state) {
  struct rs_transition *a = transition_of(""), *b = transition_of("");
  struct alignment alignment;
  (void)state;
  for (unsigned i = 0; i < RS_STEP_LIMIT; i++) {
    step_add(a, RS_STEP_CHECK, i % 7, RS_NO_REGISTER);
    step_add(b, RS_STEP_WRITE, RS_ITEM_PUSHED_CS, RS_NO_REGISTER);
  }
  assert_true(align_transitions(a, b, &alignment));
  assert_int_equal(alignment.count, 2 * RS_STEP_LIMIT);
  align_free(&alignment);
  free(a);
  free(b);
}

static void every_item_of_memory_is_an_access_and_no_page_walk_is_a_step(void **state) {
  (void)state;
  for (unsigned item = RS_ITEM_REGISTER + 1; item < RS_ITEM_COUNT; item++) {
    struct rs_transition *transition = transition_of("");
    struct step_tally tally = { .steps = 0 };
    bool walk = item == RS_ITEM_PAGE_ENTRY || item == RS_ITEM_PAGE_ACCESSED_DIRTY;
    step_add(transition, RS_STEP_READ, item, RS_NO_REGISTER);
    step_add(transition, RS_STEP_WRITE, item, RS_NO_REGISTER);
    tally_steps(&tally, transition);
    assert_int_equal(tally.reads, !walk);
    assert_int_equal(tally.writes, !walk);
    assert_int_equal(tally.walked, walk);
    assert_int_equal(tally.marked, walk);
    assert_int_equal(tally.steps, walk ? 0 : 2);
    free(transition);
  }
}

static void registers_that_are_read_are_msrs_or_none(void **state) {
  struct rs_transition *transition = transition_of("");
  struct step_tally tally = { .steps = 0 };
  (void)state;
  step_add(transition, RS_STEP_READ, RS_ITEM_REGISTER, RS_STAR);
  step_add(transition, RS_STEP_READ, RS_ITEM_REGISTER, RS_RCX);
  step_add(transition, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_EFER);
  tally_steps(&tally, transition);
  assert_int_equal(tally.msrs, 1);
  assert_int_equal(tally.registers, 1);
  assert_int_equal(tally.steps, 3);
  free(transition);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_both_do_stands_in_one_row),
    cmocka_unit_test(as_much_as_possible_is_in_common),
    cmocka_unit_test(the_longest_transitions_are_aligned),
    cmocka_unit_test(every_item_of_memory_is_an_access_and_no_page_walk_is_a_step),
    cmocka_unit_test(registers_that_are_read_are_msrs_or_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What explanations are made of: the order of culprits, frames that were popped from the wrong place,
 * paragraphs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explain/explanation.h"
#include "explain/page.h"
#include "explain/shift.h"

static struct culprit *culprit_of(struct explanation *e, unsigned failure, unsigned depth, int from) {
  struct culprit *culprit = &e->culprit[e->culprit_count++];
  *culprit = (struct culprit){ .kind = CULPRIT_MEMORY, .failure = failure, .depth = depth, .from = from };
  return culprit;
}

static void the_failure_that_is_explained_comes_first_and_then_the_distance_counts(void **state) {
  struct explanation *e = calloc(1, sizeof *e);
  (void)state;
  e->main = 1;
  culprit_of(e, 0, 0, NO_CULPRIT)->read.read.linear = 10;
  culprit_of(e, 0, 1, 0)->read.read.linear = 11;
  culprit_of(e, 1, 0, NO_CULPRIT)->read.read.linear = 20;
  culprit_of(e, 1, 1, 2)->read.read.linear = 21;
  culprit_of(e, 1, 0, NO_CULPRIT)->read.read.linear = 22;
  culprits_order(e);
  static const uint64_t order[] = { 20, 22, 21, 10, 11 };
  static const int from[] = { NO_CULPRIT, NO_CULPRIT, 0, NO_CULPRIT, 3 };
  for (unsigned i = 0; i < 5; i++) {
    assert_int_equal(e->culprit[i].read.read.linear, order[i]);
    assert_int_equal(e->culprit[i].from, from[i]);
  }
  free(e);
}

/* A word that a delivery pushed as one thing and a return popped as another. */
static struct frame_shift shift_of(enum rs_item popped, enum rs_item pushed, bool error_code) {
  struct explanation *e = calloc(1, sizeof *e);
  struct culprit *culprit = culprit_of(e, 0, 0, NO_CULPRIT);
  e->failure[0].address = 0x1234;
  culprit->read.id = (uint16_t)popped;
  culprit->known = ORIGIN_WRITER;
  culprit->writer =
      (struct writer){ .transition = true, .item = (uint16_t)pushed, .number = 9, .error_code = error_code };
  shift_find(e);
  struct frame_shift shift = e->shift;
  free(e);
  return shift;
}

static void an_error_code_that_was_not_popped_shifts_the_frame_by_a_word(void **state) {
  (void)state;
  struct frame_shift shift = shift_of(RS_ITEM_POPPED_CS, RS_ITEM_PUSHED_IP, true);
  assert_true(shift.found);
  assert_int_equal(shift.words, -1);
  assert_true(shift.error_code);
  assert_int_equal(shift.delivery, 9);
  assert_int_equal(shift.address, 0x1234);
  shift = shift_of(RS_ITEM_POPPED_IP, RS_ITEM_PUSHED_ERROR_CODE, true);
  assert_int_equal(shift.words, -1);
}

static void a_word_popped_too_many_shifts_it_the_other_way(void **state) {
  (void)state;
  assert_int_equal(shift_of(RS_ITEM_POPPED_CS, RS_ITEM_PUSHED_FLAGS, false).words, 1);
  assert_int_equal(shift_of(RS_ITEM_POPPED_IP, RS_ITEM_PUSHED_SS, false).words, 4);
}

static void a_frame_in_its_place_and_words_of_no_frame_are_not_shifted(void **state) {
  (void)state;
  assert_false(shift_of(RS_ITEM_POPPED_CS, RS_ITEM_PUSHED_CS, true).found);
  assert_false(shift_of(RS_ITEM_POPPED_CS, RS_ITEM_PUSHED_PARAMETER, false).found);
  assert_false(shift_of(RS_ITEM_IDT_GATE, RS_ITEM_PUSHED_CS, false).found);
}

static char *page_text(const char *words, unsigned first, unsigned rest) {
  char *text = NULL;
  size_t size;
  FILE *file = open_memstream(&text, &size);
  struct page page;
  page_init(&page, file, false);
  output_text(page_begin(&page), words);
  page_end(&page, first, rest, COLOUR_RED);
  page_close(&page, NULL);
  fclose(file);
  return text;
}

static void lines_break_between_words_and_keep_to_the_width(void **state) {
  char words[400] = "";
  (void)state;
  for (unsigned i = 0; i < 30; i++)
    strcat(words, "transition ");
  char *text = page_text(words, 2, 4);
  unsigned lines = 0;
  for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
    assert_true(strlen(line) <= PAGE_WIDTH);
    assert_int_equal(strspn(line, " "), lines++ ? 4 : 2);
    assert_true(strlen(line) > PAGE_WIDTH / 2 || lines == 4);
  }
  assert_int_equal(lines, 4);
  free(text);
}

static void a_word_longer_than_a_line_stays_whole_and_no_words_are_no_line(void **state) {
  char word[200];
  (void)state;
  memset(word, 'x', sizeof word - 1);
  word[sizeof word - 1] = '\0';
  char *text = page_text(word, 0, 0);
  assert_int_equal(strlen(text), sizeof word);
  free(text);
  text = page_text("", 2, 2);
  assert_string_equal(text, "");
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_failure_that_is_explained_comes_first_and_then_the_distance_counts),
    cmocka_unit_test(an_error_code_that_was_not_popped_shifts_the_frame_by_a_word),
    cmocka_unit_test(a_word_popped_too_many_shifts_it_the_other_way),
    cmocka_unit_test(a_frame_in_its_place_and_words_of_no_frame_are_not_shifted),
    cmocka_unit_test(lines_break_between_words_and_keep_to_the_width),
    cmocka_unit_test(a_word_longer_than_a_line_stays_whole_and_no_words_are_no_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

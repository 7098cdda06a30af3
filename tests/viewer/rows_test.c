/* Rows: styles, cutting, wrapping, scrolling. */
#include "viewer/rows.h"

#include <stdlib.h>
#include <string.h>

#include "vm/cmocka_all.h"

static struct viewer_panel *panel_of(unsigned columns, unsigned height) {
  struct viewer_panel *panel = calloc(1, sizeof *panel);
  assert_non_null(panel);
  panel_begin(panel, columns, height);
  return panel;
}

static void what_does_not_fit_ends_in_an_ellipsis(void **state) {
  struct viewer_panel *panel = panel_of(8, 4);
  (void)state;
  struct pen pen = pen_begin(panel);
  pen_text(&pen, STYLE_PLAIN, "12345678");
  pen_end(&pen);
  assert_string_equal(panel->row[0].text, "12345678");
  pen = pen_begin(panel);
  pen_text(&pen, STYLE_BAD, "123456789");
  pen_end(&pen);
  assert_string_equal(panel->row[1].text, "1234567\xe2\x80\xa6");
  assert_int_equal(panel->row[1].span[0].end, 7);
  free(panel);
}

static void characters_are_counted_not_bytes(void **state) {
  struct viewer_panel *panel = panel_of(3, 4);
  (void)state;
  struct pen pen = pen_begin(panel);
  pen_text(&pen, STYLE_PLAIN, "\xe2\x80\x94\xe2\x80\x94\xe2\x80\x94");
  pen_end(&pen);
  assert_int_equal(text_columns(panel->row[0].text, strlen(panel->row[0].text)), 3);
  assert_int_equal(strlen(panel->row[0].text), 9);
  free(panel);
}

static void text_without_end_is_cut_between_characters(void **state) {
  struct viewer_panel *panel = panel_of(1000, 4);
  (void)state;
  struct pen pen = pen_begin(panel);
  for (unsigned i = 0; i < 400; i++)
    pen_text(&pen, i % 2 ? STYLE_BAD : STYLE_GOOD, "\xe2\x80\x94");
  pen_end(&pen);
  size_t length = strlen(panel->row[0].text);
  assert_true(length < VIEWER_TEXT && length % 3 == 0);
  for (unsigned i = 0; i < panel->row[0].span_count; i++)
    assert_true(panel->row[0].span[i].end <= length);
  free(panel);
}

static void terminal_colours_become_styles(void **state) {
  struct viewer_panel *panel = panel_of(40, 4);
  (void)state;
  struct pen pen = pen_begin(panel);
  pen_coloured(&pen, "a \033[31mred\033[0m b \033[33m0\033[0m");
  pen_end(&pen);
  assert_string_equal(panel->row[0].text, "a red b 0");
  assert_int_equal(panel->row[0].span_count, 2);
  assert_int_equal(panel->row[0].span[0].style, STYLE_BAD);
  assert_int_equal(panel->row[0].span[1].style, STYLE_KERNEL);
  free(panel);
}

static void paragraphs_break_between_words(void **state) {
  struct viewer_panel *panel = panel_of(12, 8);
  (void)state;
  panel_paragraph(panel, 2, STYLE_PLAIN, "the gate is present supercalifragilistic");
  assert_string_equal(panel->row[0].text, "  the gate");
  assert_string_equal(panel->row[1].text, "  is present");
  assert_string_equal(panel->row[2].text, "  supercalif");
  assert_int_equal(panel->count, 4);
  free(panel);
}

static void a_full_panel_takes_no_more_rows(void **state) {
  struct viewer_panel *panel = panel_of(12, 8);
  (void)state;
  for (unsigned i = 0; i < VIEWER_ROWS + 10; i++) {
    struct pen pen = pen_begin(panel);
    pen_end(&pen);
  }
  assert_int_equal(panel->count, VIEWER_ROWS);
  free(panel);
}

static void scrolling_shows_the_wanted_row_and_stays_within(void **state) {
  struct viewer_panel *panel = panel_of(12, 8);
  (void)state;
  for (unsigned i = 0; i < 40; i++)
    panel_add(panel);
  panel_scroll(panel, 0, 3);
  assert_int_equal(panel->first, 0);
  panel_scroll(panel, 0, 20);
  assert_true(panel->first <= 20 && 20 < panel->first + 8);
  panel_scroll(panel, 5, 0);
  assert_int_equal(panel->first, 5);
  panel_scroll(panel, 500, 0);
  assert_int_equal(panel->first, 32);
  panel_scroll(panel, -500, 39);
  assert_int_equal(panel->first, 0);
  free(panel);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_does_not_fit_ends_in_an_ellipsis),
    cmocka_unit_test(characters_are_counted_not_bytes),
    cmocka_unit_test(text_without_end_is_cut_between_characters),
    cmocka_unit_test(terminal_colours_become_styles),
    cmocka_unit_test(paragraphs_break_between_words),
    cmocka_unit_test(a_full_panel_takes_no_more_rows),
    cmocka_unit_test(scrolling_shows_the_wanted_row_and_stays_within),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Claims about layouts: lines, lanes, and the memory of rows. */
#include "timeline/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "arch/bits.h"
#include "timeline/canvas.h"

static void lines_break_at_spaces_and_lose_none_of_the_text(void **state) {
  const char *text = "delivering #UD failed: gate", *rest;
  (void)state;
  assert_int_equal(output_wrap(text, 15, &rest), strlen("delivering #UD"));
  assert_string_equal(rest, "failed: gate");
  assert_int_equal(output_wrap(rest, 15, &rest), strlen("failed: gate"));
  assert_string_equal(rest, "");
}

static void a_word_longer_than_half_a_line_is_broken(void **state) {
  const char *rest;
  (void)state;
  assert_int_equal(output_wrap("a bbbbbbbbbbbbbbbbbbbb", 10, &rest), 10);
  assert_string_equal(rest, "bbbbbbbbbbbb");
  assert_int_equal(output_wrap("cccc", 1, &rest), 1);
  assert_string_equal(rest, "ccc");
}

static void every_ring_and_mode_has_its_lane(void **state) {
  static const enum timeline_lane lane[] = { TIMELINE_RING0, TIMELINE_RING1, TIMELINE_RING2, TIMELINE_RING3 };
  struct rs_cpu cpu = { .cr0 = CR0_PE };
  (void)state;
  for (unsigned ring = 0; ring < 4; ring++) {
    cpu.cpl = (uint8_t)ring;
    assert_int_equal(timeline_lane_of(&cpu), lane[ring]);
  }
  cpu.rflags = RFLAGS_VM;
  assert_int_equal(timeline_lane_of(&cpu), TIMELINE_V86);
  cpu = (struct rs_cpu){ .cpl = 0 };
  assert_int_equal(timeline_lane_of(&cpu), TIMELINE_REAL);
}

static void lanes_appear_with_rows_and_stay_when_these_go(void **state) {
  struct timeline_layout layout;
  (void)state;
  timeline_layout_init(&layout);
  assert_int_equal(layout.lanes, 1u << TIMELINE_RING3 | 1u << TIMELINE_RING0);
  assert_non_null(timeline_layout_add(&layout, TIMELINE_CROSSING, TIMELINE_V86, TIMELINE_RING0));
  timeline_layout_clear(&layout);
  assert_int_equal(layout.count, 0);
  assert_true(layout.lanes & 1u << TIMELINE_V86);
  timeline_layout_free(&layout);
}

static void texts_stay_where_they_are_while_others_come(void **state) {
  struct timeline_layout layout;
  char text[3000];
  (void)state;
  timeline_layout_init(&layout);
  const char *first = timeline_layout_text(&layout, "first");
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = 0;
  for (unsigned i = 0; i < 100; i++)
    assert_string_equal(timeline_layout_text(&layout, text), text);
  assert_string_equal(first, "first");
  assert_false(layout.failed);
  timeline_layout_free(&layout);
}

static void what_does_not_fit_a_canvas_ends_in_an_ellipsis(void **state) {
  struct canvas canvas = { .width = 60, .ascii = true };
  char line[128];
  struct output output;
  (void)state;
  canvas_clear(&canvas);
  canvas_fit(&canvas, 2, "abcdefgh", 4, COLOUR_NONE);
  canvas_text(&canvas, 58, "wider", 5, COLOUR_NONE);
  output_init(&output, NULL, line, sizeof line, false);
  canvas_print(&canvas, &output);
  assert_int_equal(strlen(output_finish(&output)), 61);
  assert_memory_equal(line, "  abc~ ", 7);
  assert_string_equal(line + 58, "wi\n");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines_break_at_spaces_and_lose_none_of_the_text),
    cmocka_unit_test(a_word_longer_than_half_a_line_is_broken),
    cmocka_unit_test(every_ring_and_mode_has_its_lane),
    cmocka_unit_test(lanes_appear_with_rows_and_stay_when_these_go),
    cmocka_unit_test(texts_stay_where_they_are_while_others_come),
    cmocka_unit_test(what_does_not_fit_a_canvas_ends_in_an_ellipsis),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

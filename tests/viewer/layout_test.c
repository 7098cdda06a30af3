/* Where panels stand. */
#include "viewer/layout.h"

#include "vm/cmocka_all.h"

static const struct size {
  int width, height;
} sizes[] = { { 800, 600 },   { 1024, 768 },  { 1280, 720 },  { 1366, 768 }, { 1920, 1080 },
              { 2560, 1440 }, { 3840, 2160 }, { 1080, 1920 }, { 640, 480 } };
enum { SIZES = sizeof sizes / sizeof *sizes };

/* As DejaVu Sans Mono has it. */
static void layout_of(struct viewer_layout *layout, struct size size, int steps) {
  int font = layout_font_size(size.width, size.height, steps);
  layout_compute(layout, size.width, size.height, (font * 6 + 5) / 10, (font * 12 + 5) / 10);
}

static int overlap(const struct viewer_box *a, const struct viewer_box *b) {
  return a->width && a->height && b->width && b->height && a->x < b->x + b->width && b->x < a->x + a->width &&
         a->y < b->y + b->height && b->y < a->y + a->height;
}

static void check_layout(const struct viewer_layout *layout) {
  for (unsigned i = 0; i < PANEL_HELP; i++) {
    const struct viewer_box *box = &layout->box[i];
    assert_true(box->width >= 0 && box->height >= 0 && box->x >= 0 && box->y >= 0);
    assert_true(box->x + box->width <= layout->window.width);
    assert_true(box->y + box->height <= layout->window.height);
    for (unsigned j = 0; j < i; j++)
      assert_false(overlap(box, &layout->box[j]));
  }
}

static void panels_never_overlap_nor_leave_the_window(void **state) {
  struct viewer_layout layout;
  (void)state;
  for (unsigned i = 0; i < SIZES; i++)
    for (int steps = -8; steps <= 8; steps++) {
      layout_of(&layout, sizes[i], steps);
      check_layout(&layout);
    }
}

static void windows_of_a_few_pixels_are_laid_out_too(void **state) {
  struct viewer_layout layout;
  (void)state;
  for (int width = 0; width < 200; width += 7)
    for (int height = 0; height < 200; height += 7) {
      layout_compute(&layout, width, height, 9, 19);
      check_layout(&layout);
    }
}

static void usual_windows_have_every_panel_with_room_for_text(void **state) {
  struct viewer_layout layout;
  (void)state;
  for (unsigned i = 2; i < 7; i++) {
    layout_of(&layout, sizes[i], 0);
    for (unsigned panel = 0; panel <= PANEL_HELP; panel++) {
      assert_true(layout_columns(&layout, (enum viewer_panel_id)panel) >= 30);
      assert_true(layout_rows(&layout, (enum viewer_panel_id)panel) >= (panel == PANEL_STATUS ? 1 : 2));
    }
    assert_true(layout_columns(&layout, PANEL_STACKS) >= 58); /* two stacks of 64-bit words with names */
  }
}

static void fonts_grow_with_the_window(void **state) {
  (void)state;
  assert_true(layout_font_size(3840, 2160, 0) > 2 * layout_font_size(1280, 720, 0));
  assert_true(layout_font_size(1280, 720, 3) > layout_font_size(1280, 720, 0));
  assert_true(layout_font_size(1280, 720, 0) >= 13);
}

static void a_pixel_belongs_to_the_panel_it_is_in(void **state) {
  struct viewer_layout layout;
  (void)state;
  layout_of(&layout, sizes[2], 0);
  for (unsigned i = 0; i < PANEL_HELP; i++) {
    const struct viewer_box *box = &layout.box[i];
    assert_int_equal(layout_panel_at(&layout, box->x, box->y), i);
    assert_int_equal(layout_panel_at(&layout, box->x + box->width - 1, box->y + box->height - 1), i);
  }
  assert_int_equal(layout_panel_at(&layout, -1, 0), VIEWER_PANELS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(panels_never_overlap_nor_leave_the_window),
    cmocka_unit_test(windows_of_a_few_pixels_are_laid_out_too),
    cmocka_unit_test(usual_windows_have_every_panel_with_room_for_text),
    cmocka_unit_test(fonts_grow_with_the_window),
    cmocka_unit_test(a_pixel_belongs_to_the_panel_it_is_in),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

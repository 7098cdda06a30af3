/* Pixels: that what the model says stands where the layout says, in the theme's colours. */
#include <SDL_ttf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "viewer/scene.h"
#include "vm/cmocka_all.h"
#include "window/sheet.h"

struct drawn {
  struct scene scene;
  SDL_Surface *surface;
  struct sheet sheet;
};

static const struct size {
  int width, height;
} sizes[] = { { 800, 600 }, { 1280, 720 }, { 1920, 1080 }, { 3840, 2160 } };
enum { SIZES = sizeof sizes / sizeof *sizes };

static void drawn_open(struct drawn *drawn, struct size size, bool light) {
  struct rs_error error;
  *drawn = (struct drawn){ .surface = SDL_CreateRGBSurfaceWithFormat(0, size.width, size.height, 32,
                                                                     SDL_PIXELFORMAT_ARGB8888) };
  assert_non_null(drawn->surface);
  drawn->sheet.renderer = SDL_CreateSoftwareRenderer(drawn->surface);
  drawn->sheet.theme = theme_get(light);
  if (sheet_resize(&drawn->sheet, size.width, size.height, 0, &error) != RS_OK) fail_msg("%s", error.text);
  scene_open(&drawn->scene, "boot_int80-i386", RS_TRACE_STEPS, 0);
  drawn->scene.layout = drawn->sheet.layout;
  scene_settle(&drawn->scene);
}

static void drawn_close(struct drawn *drawn) {
  scene_close(&drawn->scene);
  sheet_close(&drawn->sheet);
  SDL_DestroyRenderer(drawn->sheet.renderer);
  SDL_FreeSurface(drawn->surface);
}

static void draw(struct drawn *drawn) {
  sheet_draw(&drawn->sheet, scene_paint(&drawn->scene));
  SDL_RenderPresent(drawn->sheet.renderer);
}

static Uint32 pixel(const struct drawn *drawn, int x, int y) {
  const Uint32 *row =
      (const Uint32 *)(const void *)((const Uint8 *)drawn->surface->pixels + y * drawn->surface->pitch);
  return row[x] & 0xffffff;
}

static Uint32 colour(SDL_Color c) {
  return (Uint32)c.r << 16 | (Uint32)c.g << 8 | c.b;
}

static unsigned count_of(const struct drawn *drawn, struct viewer_box box, Uint32 wanted) {
  unsigned count = 0;
  for (int y = box.y; y < box.y + box.height; y++)
    for (int x = box.x; x < box.x + box.width; x++)
      count += pixel(drawn, x, y) == wanted;
  return count;
}

static void between_the_panels_nothing_is_drawn(void **state) {
  (void)state;
  for (unsigned i = 0; i < SIZES; i++) {
    struct drawn drawn;
    drawn_open(&drawn, sizes[i], i % 2);
    draw(&drawn);
    Uint32 background = colour(drawn.sheet.theme->background);
    for (int y = 0; y < sizes[i].height; y++)
      for (int x = 0; x < sizes[i].width; x++)
        if (layout_panel_at(&drawn.sheet.layout, x, y) == VIEWER_PANELS)
          assert_int_equal(pixel(&drawn, x, y), background);
    drawn_close(&drawn);
  }
}

static void every_panel_has_text_in_it(void **state) {
  (void)state;
  for (unsigned i = 0; i < SIZES; i++) {
    struct drawn drawn;
    drawn_open(&drawn, sizes[i], false);
    viewer_go_to(drawn.scene.viewer, 2, 6);
    draw(&drawn);
    for (unsigned panel = 0; panel < PANEL_HELP; panel++) {
      struct viewer_box inside = layout_inside(&drawn.sheet.layout, (enum viewer_panel_id)panel);
      bool titled = layout_has_title((enum viewer_panel_id)panel);
      Uint32 behind = colour(titled ? drawn.sheet.theme->panel : drawn.sheet.theme->header);
      unsigned all = (unsigned)(inside.width * inside.height);
      if (drawn.sheet.layout.box[panel].width)
        assert_true(all - count_of(&drawn, inside, behind) > all / 200);
    }
    drawn_close(&drawn);
  }
}

/* The colour at the left edge of a row, where no text is. */
static Uint32 row_edge(const struct drawn *drawn, enum viewer_panel_id panel, unsigned row) {
  struct viewer_box inside = layout_inside(&drawn->sheet.layout, panel);
  int cell = drawn->sheet.layout.cell_height;
  return pixel(drawn, inside.x - 1, inside.y + (int)row * cell + cell / 2);
}

static void the_chosen_rows_alone_are_marked(void **state) {
  static const enum viewer_panel_id lists[] = { PANEL_TRANSITIONS, PANEL_EVENTS, PANEL_STEPS };
  (void)state;
  for (unsigned i = 0; i < SIZES; i++) {
    struct drawn drawn;
    drawn_open(&drawn, sizes[i], i % 2);
    viewer_go_to(drawn.scene.viewer, 3, 9);
    draw(&drawn);
    for (unsigned l = 0; l < 3; l++) {
      const struct viewer_panel *panel = &drawn.scene.picture->panel[lists[l]];
      unsigned marked = 0;
      for (unsigned r = 0; r < panel->height && panel->first + r < panel->count; r++) {
        bool selected = panel->row[panel->first + r].selected;
        const SDL_Color wanted = selected ? drawn.sheet.theme->selection : drawn.sheet.theme->panel;
        assert_int_equal(row_edge(&drawn, lists[l], r), colour(wanted));
        marked += selected;
      }
      assert_int_equal(marked, 1);
    }
    drawn_close(&drawn);
  }
}

/* The corner of the first character of the first span in a style. */
static bool span_corner(const struct drawn *drawn, enum viewer_panel_id id, enum viewer_style style, int *x,
                        int *y) {
  const struct viewer_panel *panel = &drawn->scene.picture->panel[id];
  struct viewer_box inside = layout_inside(&drawn->sheet.layout, id);
  for (unsigned r = panel->first; r < panel->count && r < panel->first + panel->height; r++)
    for (unsigned s = 0; s < panel->row[r].span_count; s++) {
      const struct viewer_span *span = &panel->row[r].span[s];
      if (span->style != style) continue;
      unsigned column = text_columns(panel->row[r].text, span->start);
      *x = inside.x + (int)column * drawn->sheet.layout.cell_width;
      *y = inside.y + (int)(r - panel->first) * drawn->sheet.layout.cell_height;
      return true;
    }
  return false;
}

static void what_changed_stands_out_where_it_changed(void **state) {
  static const enum viewer_panel_id panels[] = { PANEL_STACKS, PANEL_DETAIL, PANEL_REGISTERS };
  (void)state;
  for (unsigned i = 0; i < SIZES; i++) {
    struct drawn drawn;
    int x, y;
    drawn_open(&drawn, sizes[i], i % 2);
    Uint32 behind = colour(drawn.sheet.theme->style[STYLE_CHANGED].behind);
    unsigned seen[3] = { 0 };
    for (unsigned step = 1; step <= 34; step++) {
      viewer_go_to(drawn.scene.viewer, 2, step);
      draw(&drawn);
      for (unsigned p = 0; p < 3; p++) {
        bool changed = span_corner(&drawn, panels[p], STYLE_CHANGED, &x, &y);
        seen[p] += changed;
        if (changed)
          assert_int_equal(pixel(&drawn, x, y), behind);
        else
          assert_int_equal(count_of(&drawn, drawn.sheet.layout.box[panels[p]], behind), 0);
      }
      if (i == SIZES - 1) step += 7; /* four times as many pixels */
    }
    assert_true(i == SIZES - 1 || (seen[0] >= 5 && seen[1] && seen[2]));
    drawn_close(&drawn);
  }
}

static void the_ring_that_the_processor_is_in_is_lit(void **state) {
  struct drawn drawn;
  (void)state;
  drawn_open(&drawn, sizes[1], false);
  struct viewer_box box = drawn.sheet.layout.box[PANEL_RINGS];
  const SDL_Color *lit = drawn.sheet.theme->ring_active;
  viewer_go_to(drawn.scene.viewer, 2, 0);
  draw(&drawn);
  assert_true(count_of(&drawn, box, colour(lit[3])) > 1000);
  assert_int_equal(count_of(&drawn, box, colour(lit[0])), 0);
  viewer_go_to(drawn.scene.viewer, 2, RS_STEP_LIMIT);
  draw(&drawn);
  assert_int_equal(count_of(&drawn, box, colour(lit[3])), 0);
  assert_true(count_of(&drawn, box, colour(lit[0])) > 300);
  drawn_close(&drawn);
}

static void the_timeline_has_both_lanes_and_the_cursor(void **state) {
  struct drawn drawn;
  (void)state;
  drawn_open(&drawn, sizes[1], false);
  viewer_go_to(drawn.scene.viewer, 2, 0);
  draw(&drawn);
  struct viewer_box strip = layout_timeline(&drawn.sheet.layout).strip;
  const struct viewer_timeline *timeline = &drawn.scene.picture->timeline;
  for (unsigned i = 0; i < timeline->segments; i++) {
    const struct viewer_segment *segment = &timeline->segment[i];
    int right = strip.x + strip.width;
    int from = strip_x(timeline->from, timeline->to, strip.x, right, segment->begins);
    int to = strip_x(timeline->from, timeline->to, strip.x, right, segment->ends);
    int y = segment->ring ? strip.y + 2 : strip.y + strip.height - 3;
    SDL_Color lane = segment->ring ? drawn.sheet.theme->user : drawn.sheet.theme->kernel;
    if (to - from > 20) assert_int_equal(pixel(&drawn, to - 8, y), colour(lane));
  }
  int now = strip_x(timeline->from, timeline->to, strip.x, strip.x + strip.width, timeline->now);
  assert_int_equal(pixel(&drawn, now, strip.y + strip.height / 2), colour(drawn.sheet.theme->cursor));
  drawn_close(&drawn);
}

static void the_same_moment_has_the_same_pixels(void **state) {
  struct drawn drawn;
  (void)state;
  drawn_open(&drawn, sizes[1], false);
  draw(&drawn);
  size_t bytes = (size_t)drawn.surface->pitch * (size_t)drawn.surface->h;
  void *first = malloc(bytes);
  assert_non_null(first);
  memcpy(first, drawn.surface->pixels, bytes);
  scene_keys(&drawn.scene, "Right Right ] ?");
  draw(&drawn);
  assert_memory_not_equal(first, drawn.surface->pixels, bytes);
  scene_keys(&drawn.scene, "Escape [ Left Left");
  viewer_go_to(drawn.scene.viewer, 1, 0);
  draw(&drawn);
  assert_memory_equal(first, drawn.surface->pixels, bytes);
  free(first);
  drawn_close(&drawn);
}

/* [WCAG 2.1 "relative luminance"] */
static double luminance(SDL_Color c) {
  double part[3] = { c.r / 255.0, c.g / 255.0, c.b / 255.0 };
  for (unsigned i = 0; i < 3; i++)
    part[i] = part[i] <= 0.03928 ? part[i] / 12.92 : pow((part[i] + 0.055) / 1.055, 2.4);
  return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
}

static double contrast(SDL_Color a, SDL_Color b) {
  double one = luminance(a) + 0.05, other = luminance(b) + 0.05;
  return one > other ? one / other : other / one;
}

static void text_can_be_read_on_what_it_stands_on(void **state) {
  (void)state;
  for (unsigned light = 0; light < 2; light++) {
    const struct theme *theme = theme_get(light);
    for (unsigned i = 0; i < STYLE_COUNT; i++) {
      SDL_Color text = theme->style[i].text, behind = theme->style[i].behind;
      if (behind.a) {
        assert_true(contrast(text, behind) >= 4.5);
        continue;
      }
      assert_true(contrast(text, theme->panel) >= 4.5);
      assert_true(contrast(text, theme->header) >= 4.5);
      assert_true(contrast(text, theme->selection) >= 3.5);
    }
    assert_true(contrast(theme->focus, theme->panel) >= 3);
  }
}

static void a_file_that_is_no_font_is_refused_in_a_line(void **state) {
  struct rs_error error;
  struct sheet sheet = { .font_file = "/dev/null" };
  SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormat(0, 64, 64, 32, SDL_PIXELFORMAT_ARGB8888);
  (void)state;
  sheet.renderer = SDL_CreateSoftwareRenderer(surface);
  assert_int_equal(sheet_resize(&sheet, 64, 64, 0, &error), RS_IO_ERROR);
  assert_non_null(strstr(error.text, "/dev/null: is no font"));
  sheet_close(&sheet);
  SDL_DestroyRenderer(sheet.renderer);
  SDL_FreeSurface(surface);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(between_the_panels_nothing_is_drawn),
    cmocka_unit_test(every_panel_has_text_in_it),
    cmocka_unit_test(the_chosen_rows_alone_are_marked),
    cmocka_unit_test(what_changed_stands_out_where_it_changed),
    cmocka_unit_test(the_ring_that_the_processor_is_in_is_lit),
    cmocka_unit_test(the_timeline_has_both_lanes_and_the_cursor),
    cmocka_unit_test(the_same_moment_has_the_same_pixels),
    cmocka_unit_test(text_can_be_read_on_what_it_stands_on),
    cmocka_unit_test(a_file_that_is_no_font_is_refused_in_a_line),
  };
  if (TTF_Init() != 0) return 1;
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  TTF_Quit();
  SDL_Quit();
  return failed;
}

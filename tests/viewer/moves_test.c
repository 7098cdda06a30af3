/* Going through a run: forward and back, by every way there is. */
#include <stdlib.h>
#include <string.h>

#include "viewer/scene.h"
#include "vm/cmocka_all.h"

static uint64_t number_of(struct scene *scene) {
  const struct viewer_row *row = &scene_paint(scene)->panel[PANEL_HEADER].row[1];
  return row->text[0] == '#' ? strtoull(row->text + 1, NULL, 10) : 0;
}

/* What is to be seen, but for what the last command said. */
static void look(struct scene *scene, struct viewer_picture *seen) {
  *seen = *scene_paint(scene);
  memset(&seen->panel[PANEL_STATUS], 0, sizeof seen->panel[PANEL_STATUS]);
}

/* To the first event, and `events` on. */
static void begin_at(struct scene *scene, unsigned events) {
  scene_settle(scene);
  scene_keys(scene, "Home");
  while (events--)
    scene_keys(scene, ".");
}

/* Stepping `count` micro-steps on and as many back shows the same pictures again, in reverse order; and who
 * comes there at once sees the same. */
static void back_is_exact(const char *probe, enum rs_trace_level level, unsigned begin, unsigned count) {
  struct scene scene, other;
  struct viewer_picture *seen = calloc(count, sizeof *seen), *again = calloc(1, sizeof *again);
  assert_true(seen && again);
  scene_open(&scene, probe, level, 0);
  begin_at(&scene, begin);
  for (unsigned i = 0; i < count; i++) {
    look(&scene, &seen[i]);
    scene_keys(&scene, "Right");
  }
  for (unsigned i = count; i-- > 0;) {
    scene_keys(&scene, "Left");
    look(&scene, again);
    assert_memory_equal(again, &seen[i], sizeof *again);
  }
  scene_open_again(&other, &scene);
  begin_at(&other, begin);
  look(&other, again);
  assert_memory_equal(again, &seen[0], sizeof *again);
  scene_close(&other);
  scene_close(&scene);
  free(seen);
  free(again);
}

static void steps_back_show_what_was_seen_before(void **state) {
  (void)state;
  back_is_exact("boot_int80-i386", RS_TRACE_INSTRUCTIONS, 20, 64);
  back_is_exact("boot_syscall-x86_64", RS_TRACE_STEPS, 0, 64);
  back_is_exact("boot_task_gate-i386", RS_TRACE_STEPS, 4, 48);
  back_is_exact("boot_triple_fault-i386", RS_TRACE_INSTRUCTIONS, 0, 16);
}

static void every_step_of_a_run_can_be_passed_to_its_end(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_double_fault-i386", RS_TRACE_STEPS, 0);
  scene_keys(&scene, "Home");
  struct viewer_position last = viewer_position(scene.viewer), here;
  for (unsigned i = 0; i < 10000; i++) {
    scene_keys(&scene, "Right");
    here = viewer_position(scene.viewer);
    if (viewer_position_compare(here, last) == 0) break;
    assert_true(viewer_position_compare(here, last) > 0);
    last = here;
  }
  assert_non_null(scene_row(&scene, PANEL_STATUS, "this is the last event"));
  scene_keys(&scene, "End");
  here = viewer_position(scene.viewer);
  assert_int_equal(viewer_position_compare(here, last), 0);
  scene_close(&scene);
}

static void transitions_are_gone_through_by_number(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_INSTRUCTIONS, 0);
  assert_int_equal(number_of(&scene), 1);
  scene_keys(&scene, "Home");
  for (uint64_t number = 1; number <= 4; number++) {
    scene_keys(&scene, "]");
    assert_int_equal(number_of(&scene), number);
  }
  scene_keys(&scene, "[ [");
  assert_int_equal(number_of(&scene), 2);
  scene_keys(&scene, "Right Right [");
  assert_int_equal(number_of(&scene), 2);
  assert_int_equal(viewer_position(scene.viewer).step, 0);
  scene_keys(&scene, "Home [");
  assert_non_null(scene_row(&scene, PANEL_STATUS, "this is the first transition"));
  assert_false(viewer_go_to(scene.viewer, 1 << 20, 0));
  assert_true(viewer_go_to(scene.viewer, 3, 1000));
  assert_int_equal(number_of(&scene), 3);
  scene_close(&scene);
}

static void faults_are_found_in_both_directions(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_task_gate-i386", RS_TRACE_STEPS, 0);
  scene_keys(&scene, "Home f");
  struct viewer_position first = viewer_position(scene.viewer);
  assert_non_null(strstr(scene_paint(&scene)->panel[PANEL_HEADER].row[1].text, "FAULTED #GP"));
  scene_keys(&scene, "f");
  assert_int_equal(number_of(&scene), 5);
  scene_keys(&scene, "F");
  assert_int_equal(viewer_position_compare(viewer_position(scene.viewer), first), 0);
  scene_keys(&scene, "F");
  assert_non_null(scene_row(&scene, PANEL_STATUS, "a fault: none before here"));
  assert_int_equal(viewer_position_compare(viewer_position(scene.viewer), first), 0);
  scene_close(&scene);
}

static void search_finds_checks_registers_causes_and_symbols(void **state) {
  static const struct {
    const char *keys, *header, *step;
  } search[] = {
    { "/ g a t e _ d p l Return", "#2 3->0 int 0x80", "gate DPL" },
    { "/ P U S H E D Space S S Return", "#2 3->0 int 0x80", "pushed SS" },
    { "/ I D T R Return", "lidt", NULL },
    { "/ e n t r y _ d o n e Return", "#6 ", NULL },
    { "/ i n t Space 0 x 8 0 Return", "int 0x80", NULL },
    { "/ # 2 Return", "#2 ", NULL },
  };
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_STEPS, 0);
  for (unsigned i = 0; i < sizeof search / sizeof *search; i++) {
    scene_keys(&scene, "Home");
    scene_keys(&scene, search[i].keys);
    scene_settle(&scene);
    const struct viewer_picture *picture = scene_paint(&scene);
    assert_non_null(strstr(picture->panel[PANEL_HEADER].row[1].text, search[i].header));
    if (!search[i].step) continue;
    const struct viewer_row *row = scene_row(&scene, PANEL_STEPS, search[i].step);
    assert_true(row && row->selected);
  }
  scene_close(&scene);
}

static void search_goes_on_and_comes_back(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_STEPS, 0);
  scene_keys(&scene, "n");
  assert_non_null(scene_row(&scene, PANEL_STATUS, "nothing has been searched for"));
  scene_keys(&scene, "/ i r e t x Backspace Return");
  struct viewer_position first = viewer_position(scene.viewer);
  scene_keys(&scene, "n");
  assert_true(viewer_position_compare(viewer_position(scene.viewer), first) > 0);
  scene_keys(&scene, "N");
  assert_int_equal(viewer_position_compare(viewer_position(scene.viewer), first), 0);
  scene_keys(&scene, "/ z z z z Return");
  assert_non_null(scene_row(&scene, PANEL_STATUS, "zzzz: none behind here"));
  assert_int_equal(viewer_position_compare(viewer_position(scene.viewer), first), 0);
  scene_keys(&scene, "/ q Escape");
  assert_true(viewer_key(scene.viewer, "c"));
  assert_false(viewer_key(scene.viewer, "q"));
  scene_close(&scene);
}

static void clicks_go_where_the_row_leads(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_STEPS, 0);
  const struct viewer_box list = layout_inside(&scene.layout, PANEL_TRANSITIONS);
  const struct viewer_box steps = layout_inside(&scene.layout, PANEL_STEPS);
  viewer_click(scene.viewer, &scene.layout, list.x + 4, list.y + 16 * 2 + 3);
  assert_int_equal(number_of(&scene), 3);
  viewer_click(scene.viewer, &scene.layout, steps.x + 4, steps.y + 16 * 4 + 3);
  assert_int_equal(viewer_position(scene.viewer).step, 5);
  assert_true(scene_paint(&scene)->panel[PANEL_STEPS].focused);
  viewer_click(scene.viewer, &scene.layout, -5, -5);
  assert_int_equal(viewer_position(scene.viewer).step, 5);
  scene_close(&scene);
}

static void clicks_on_the_timeline_go_to_the_crossing_there(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_STEPS, 0);
  struct timeline_boxes boxes = layout_timeline(&scene.layout);
  const struct viewer_timeline *timeline = &scene_paint(&scene)->timeline;
  int left = boxes.strip.x, right = left + boxes.strip.width, y = boxes.strip.y + 4;
  for (unsigned i = 0; i < timeline->segments; i++) {
    const struct viewer_segment segment = timeline->segment[i];
    if (!segment.begun) continue;
    int x = strip_x(timeline->from, timeline->to, left, right, segment.begins);
    viewer_click(scene.viewer, &scene.layout, x, y);
    int there = log_position_compare(viewer_position(scene.viewer).at, segment.at);
    uint64_t now = scene_paint(&scene)->timeline.now;
    assert_true(there == 0 || now == segment.begins || llabs((long long)(now - segment.begins)) < 16);
  }
  viewer_click(scene.viewer, &scene.layout, right, boxes.overview.y + 1);
  assert_int_equal(scene_paint(&scene)->timeline.now, scene_paint(&scene)->timeline.total);
  scene_close(&scene);
}

static void the_wheel_scrolls_zooms_and_changes_the_font(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_INSTRUCTIONS, 0);
  scene_keys(&scene, "]");
  const struct viewer_box *registers = &scene.layout.box[PANEL_REGISTERS];
  const struct viewer_box *timeline = &scene.layout.box[PANEL_TIMELINE];
  viewer_wheel(scene.viewer, &scene.layout, registers->x + 5, registers->y + 50, -1, false);
  assert_true(scene_paint(&scene)->panel[PANEL_REGISTERS].first > 0);
  uint64_t span = scene.picture->timeline.to - scene.picture->timeline.from;
  viewer_wheel(scene.viewer, &scene.layout, timeline->x + 50, timeline->y + 50, 2, false);
  scene_paint(&scene);
  assert_true(scene.picture->timeline.to - scene.picture->timeline.from < span);
  viewer_wheel(scene.viewer, &scene.layout, timeline->x + 50, timeline->y + 50, 3, true);
  assert_int_equal(viewer_font_steps(scene.viewer), 3);
  scene_keys(&scene, "Ctrl+0");
  assert_int_equal(viewer_font_steps(scene.viewer), 0);
  scene_close(&scene);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(steps_back_show_what_was_seen_before),
    cmocka_unit_test(every_step_of_a_run_can_be_passed_to_its_end),
    cmocka_unit_test(transitions_are_gone_through_by_number),
    cmocka_unit_test(faults_are_found_in_both_directions),
    cmocka_unit_test(search_finds_checks_registers_causes_and_symbols),
    cmocka_unit_test(search_goes_on_and_comes_back),
    cmocka_unit_test(clicks_go_where_the_row_leads),
    cmocka_unit_test(clicks_on_the_timeline_go_to_the_crossing_there),
    cmocka_unit_test(the_wheel_scrolls_zooms_and_changes_the_font),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

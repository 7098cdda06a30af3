/* What the panels say at a micro-step. */
#include <stdlib.h>
#include <string.h>

#include "viewer/scene.h"
#include "vm/cmocka_all.h"

/* To the micro-step of transition `number` whose row has `text`. */
static void go_to_step(struct scene *scene, uint64_t number, const char *text) {
  assert_true(viewer_go_to(scene->viewer, number, 0));
  for (unsigned i = 0; i < RS_STEP_LIMIT; i++) {
    const struct viewer_panel *steps = &scene_paint(scene)->panel[PANEL_STEPS];
    for (unsigned r = 0; r < steps->count; r++)
      if (steps->row[r].selected && strstr(steps->row[r].text, text)) return;
    scene_keys(scene, "Right");
  }
  fail_msg("no micro-step has: %s", text);
}

static void pushed_words_have_their_names_on_the_new_stack(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_STEPS, 0);
  go_to_step(&scene, 2, "pushed SS");
  const struct viewer_row *row = scene_row(&scene, PANEL_STACKS, " SS");
  assert_true(row_has(row, STYLE_CHANGED, "0000002b"));
  assert_null(scene_row(&scene, PANEL_STACKS, "EFLAGS"));
  go_to_step(&scene, 2, "pushed flags");
  assert_true(row_has(scene_row(&scene, PANEL_STACKS, " SS"), STYLE_TOUCHED, "0000002b"));
  assert_true(row_has(scene_row(&scene, PANEL_STACKS, "ESP"), STYLE_TOUCHED, "00401000"));
  assert_true(row_has(scene_row(&scene, PANEL_STACKS, "EFLAGS"), STYLE_CHANGED, "00000202"));
  assert_null(scene_row(&scene, PANEL_STACKS, "EIP"));
  scene_close(&scene);
}

/* The words of a panel's right half, from the top down. */
static unsigned right_words(struct scene *scene, uint64_t words[32]) {
  const struct viewer_panel *panel = &scene_paint(scene)->panel[PANEL_STACKS];
  unsigned count = 0;
  for (unsigned i = 1; i < panel->count && count < 32; i++) {
    unsigned long long word;
    const char *right = panel->row[i].text + panel->columns / 2;
    if (strlen(panel->row[i].text) < panel->columns / 2) continue;
    right += strspn(right, " \xe2\x96\xb6");
    if (sscanf(right, "%*x %llx", &word) == 1) words[count++] = word;
  }
  return count;
}

static void the_new_stack_fills_push_by_push(void **state) {
  struct scene scene;
  uint64_t before[32], after[32];
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_STEPS, 0);
  go_to_step(&scene, 2, "pushed CS");
  unsigned count = right_words(&scene, before);
  go_to_step(&scene, 2, "pushed instruction pointer");
  assert_int_equal(right_words(&scene, after), count);
  unsigned differ = 0;
  for (unsigned i = 0; i < count; i++)
    differ += before[i] != after[i];
  assert_int_equal(differ, 1);
  scene_close(&scene);
}

static void popped_words_are_named_on_the_old_stack(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_STEPS, 0);
  go_to_step(&scene, 3, "popped SS");
  const struct viewer_row *row = scene_row(&scene, PANEL_STACKS, " SS");
  assert_true(row_has(row, STYLE_CHANGED, "0000002b"));
  assert_true(row_has(scene_row(&scene, PANEL_STACKS, "EIP"), STYLE_TOUCHED, "00400007"));
  scene_close(&scene);
}

static void the_stack_pointer_moves_when_it_is_written(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_STEPS, 0);
  go_to_step(&scene, 2, "pushed SS");
  assert_non_null(scene_row(&scene, PANEL_STACKS,
                            "\xe2\x96\xb6"
                            "00401000"));
  go_to_step(&scene, 2, "rsp  ");
  assert_null(scene_row(&scene, PANEL_STACKS,
                        "\xe2\x96\xb6"
                        "00401000"));
  assert_non_null(scene_row(&scene, PANEL_STACKS,
                            "\xe2\x96\xb6"
                            "000087ec"));
  scene_close(&scene);
}

static void registers_tell_what_a_micro_step_changed(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_STEPS, 0);
  assert_true(viewer_go_to(scene.viewer, 2, 0));
  assert_false(row_has(scene_row(&scene, PANEL_REGISTERS, "esp"), STYLE_CHANGED, ""));
  go_to_step(&scene, 2, "rsp  ");
  assert_true(row_has(scene_row(&scene, PANEL_REGISTERS, "esp"), STYLE_CHANGED, "000087ec"));
  assert_true(row_has(scene_row(&scene, PANEL_REGISTERS, "ss "), STYLE_TOUCHED, "0018"));
  go_to_step(&scene, 2, "cpl");
  assert_true(row_has(scene_row(&scene, PANEL_REGISTERS, "cpl"), STYLE_CHANGED, "0"));
  assert_true(row_has(scene_row(&scene, PANEL_REGISTERS, "esp"), STYLE_TOUCHED, "000087ec"));
  scene_close(&scene);
}

static void registers_have_the_names_of_their_mode(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_syscall-x86_64", RS_TRACE_STEPS, 0);
  assert_true(viewer_go_to(scene.viewer, 2, 0));
  assert_non_null(scene_row(&scene, PANEL_REGISTERS, "rax    0"));
  assert_non_null(scene_row(&scene, PANEL_REGISTERS, "r15"));
  assert_non_null(scene_row(&scene, PANEL_RINGS, "64-bit mode"));
  scene_close(&scene);
  scene_open(&scene, "boot_real-i386", RS_TRACE_STEPS, 0);
  scene_keys(&scene, "/ r e a l Return");
  assert_null(scene_row(&scene, PANEL_REGISTERS, "r15"));
  scene_close(&scene);
}

static void the_processor_changes_rings_at_the_write_of_cpl(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_STEPS, 0);
  go_to_step(&scene, 2, "rsp  ");
  const struct viewer_rings *rings = &scene_paint(&scene)->rings;
  assert_true(rings->crosses && rings->before == 3 && rings->now == 3 && rings->after == 0);
  go_to_step(&scene, 2, "cpl");
  rings = &scene_paint(&scene)->rings;
  assert_true(rings->before == 3 && rings->now == 0 && rings->after == 0);
  scene_close(&scene);
}

static void gates_are_decoded_field_by_field(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_STEPS, 0);
  go_to_step(&scene, 2, "IDT gate");
  assert_non_null(scene_row(&scene, PANEL_DETAIL, "IDT entry 0x80"));
  assert_true(row_has(scene_row(&scene, PANEL_DETAIL, "DPL  "), STYLE_STRONG, "3"));
  assert_true(row_has(scene_row(&scene, PANEL_DETAIL, "selector"), STYLE_STRONG, "0x10"));
  assert_non_null(scene_row(&scene, PANEL_DETAIL, "32-bit interrupt gate"));
  scene_close(&scene);
}

static void model_specific_registers_are_decoded_too(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_syscall-x86_64", RS_TRACE_STEPS, 0);
  scene_keys(&scene, "/ I A 3 2 _ S T A R Return");
  for (unsigned i = 0; i < 200 && !scene_row(&scene, PANEL_DETAIL, "SYSCALL CS "); i++)
    scene_keys(&scene, "Right");
  assert_non_null(scene_row(&scene, PANEL_DETAIL, "SYSRET CS"));
  assert_non_null(scene_row(&scene, PANEL_DETAIL, "47:32"));
  scene_close(&scene);
}

static void checks_have_their_name_verdict_and_citation(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_double_fault-i386", RS_TRACE_STEPS, 0);
  scene_keys(&scene, "Home");
  for (unsigned i = 0; i < 5000 && !scene_row(&scene, PANEL_DETAIL, "FAILED  "); i++)
    scene_keys(&scene, "Right");
  assert_true(row_has(scene_row(&scene, PANEL_DETAIL, "FAILED  "), STYLE_BAD, "FAILED"));
  assert_non_null(scene_row(&scene, PANEL_DETAIL, "[SDM"));
  scene_close(&scene);
}

static void a_shutdown_is_told_with_what_led_to_it(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_triple_fault-i386", RS_TRACE_STEPS, 0);
  assert_non_null(scene_row(&scene, PANEL_TRANSITIONS, "shutdown"));
  assert_non_null(scene_row(&scene, PANEL_DETAIL, "failed the check"));
  scene_close(&scene);
}

static void instructions_are_listed_with_what_they_changed(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_INSTRUCTIONS, 0);
  assert_true(viewer_go_to(scene.viewer, 2, 0));
  assert_non_null(scene_row(&scene, PANEL_EVENTS, "int 0x80"));
  assert_non_null(scene_row(&scene, PANEL_EVENTS, "mov eax, 0x14"));
  scene_keys(&scene, ", ,");
  assert_true(row_has(scene_row(&scene, PANEL_DETAIL, "eax  "), STYLE_CHANGED, "0x14"));
  assert_true(row_has(scene_row(&scene, PANEL_REGISTERS, "eax"), STYLE_CHANGED, "00000014"));
  assert_non_null(scene_row(&scene, PANEL_STACKS, "writes no memory"));
  scene_close(&scene);
}

static void the_timeline_has_each_stretch_of_a_ring(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_int80-i386", RS_TRACE_STEPS, 0);
  scene_settle(&scene);
  const struct viewer_timeline *timeline = &scene_paint(&scene)->timeline;
  assert_int_equal(timeline->segments, 7);
  for (unsigned i = 0; i < timeline->segments; i++) {
    assert_int_equal(timeline->segment[i].ring, i % 2 ? 3 : 0);
    if (i) assert_int_equal(timeline->segment[i].begins, timeline->segment[i - 1].ends);
  }
  assert_string_equal(timeline->segment[2].cause, "int 0x80");
  assert_true(timeline->segment[1].chosen);
  for (unsigned i = 0; i < VIEWER_BUCKETS; i++)
    assert_true(timeline->bucket[i].known);
  assert_int_equal(timeline->bucket[0].user, 0);
  scene_close(&scene);
}

/* A log that ends anywhere is viewed as far as it is whole, and says so. */
static void logs_that_were_cut_off_show_what_is_whole(void **state) {
  struct scene scene;
  unsigned opened = 0;
  (void)state;
  scene_open(&scene, "boot_v86-i386", RS_TRACE_INSTRUCTIONS, 0);
  fseek(scene.file, 0, SEEK_END);
  long size = ftell(scene.file);
  scene_close(&scene);
  for (long kept = size - 1; kept > size / 2; kept -= size / 12) {
    scene_open(&scene, "boot_v86-i386", RS_TRACE_INSTRUCTIONS, (size_t)kept);
    scene_settle(&scene);
    const struct viewer_row *status = scene_row(&scene, PANEL_STATUS, "cut off");
    if (status) opened++;
    scene_keys(&scene, "End Left Left Home");
    scene_close(&scene);
  }
  assert_true(opened > 0);
}

static void help_has_every_key(void **state) {
  struct scene scene;
  (void)state;
  scene_open(&scene, "boot_triple_fault-i386", RS_TRACE_STEPS, 0);
  scene_keys(&scene, "?");
  assert_true(scene_paint(&scene)->help);
  for (unsigned i = 0; i < VIEW_COUNT; i++)
    assert_non_null(scene_row(&scene, PANEL_HELP, viewer_command_text((enum viewer_command)i)));
  scene_keys(&scene, "Escape");
  assert_false(scene_paint(&scene)->help);
  scene_close(&scene);
}

static void every_key_has_one_command(void **state) {
  (void)state;
  for (unsigned i = 0; i < VIEW_COUNT; i++) {
    char keys[64], *rest = NULL;
    strncpy(keys, viewer_command_keys((enum viewer_command)i), sizeof keys - 1);
    keys[sizeof keys - 1] = 0;
    for (char *key = strtok_r(keys, " ", &rest); key; key = strtok_r(NULL, " ", &rest))
      assert_int_equal(viewer_key_command(key), i);
  }
  assert_int_equal(viewer_key_command("F12"), VIEW_COUNT);
  assert_int_equal(viewer_key_command(""), VIEW_COUNT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(pushed_words_have_their_names_on_the_new_stack),
    cmocka_unit_test(the_new_stack_fills_push_by_push),
    cmocka_unit_test(popped_words_are_named_on_the_old_stack),
    cmocka_unit_test(the_stack_pointer_moves_when_it_is_written),
    cmocka_unit_test(registers_tell_what_a_micro_step_changed),
    cmocka_unit_test(registers_have_the_names_of_their_mode),
    cmocka_unit_test(the_processor_changes_rings_at_the_write_of_cpl),
    cmocka_unit_test(gates_are_decoded_field_by_field),
    cmocka_unit_test(model_specific_registers_are_decoded_too),
    cmocka_unit_test(checks_have_their_name_verdict_and_citation),
    cmocka_unit_test(a_shutdown_is_told_with_what_led_to_it),
    cmocka_unit_test(instructions_are_listed_with_what_they_changed),
    cmocka_unit_test(the_timeline_has_each_stretch_of_a_ring),
    cmocka_unit_test(logs_that_were_cut_off_show_what_is_whole),
    cmocka_unit_test(help_has_every_key),
    cmocka_unit_test(every_key_has_one_command),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

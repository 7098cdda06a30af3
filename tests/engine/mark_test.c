/* Marked instructions are told, each time and before they execute, and change nothing else. */
#include "arch/bits.h"
#include "engine/cmocka_all.h"
#include "engine/guest.h"

/* mov ecx, 5; L: inc eax; nop; dec ecx; jnz L; cpuid; nop; hlt */
#define LOOP "\xb9\x05\x00\x00\x00\xff\xc0\x90\xff\xc9\x75\xf9\x0f\xa2\x90\xf4"

static void each_execution_of_a_marked_instruction_is_told_before_it(void **state) {
  static const uint64_t marks[] = { GUEST_CODE, GUEST_CODE + 7, GUEST_CODE + 12, GUEST_CODE + 14 };
  static const struct {
    unsigned offset, count;
  } expected[] = { { 0, 0 }, { 7, 2 }, { 7, 6 }, { 7, 10 }, { 7, 14 }, { 7, 18 }, { 12, 21 }, { 14, 22 } };
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  guest_start(g, GUEST_64, 3);
  engine_set_marks(g->engine, marks, 4);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_MARKED), 8);
  for (unsigned i = 0; i < 8; i++) {
    const struct guest_event *event = guest_event(g, GUEST_MARKED, i);
    assert_int_equal(event->rip, GUEST_CODE + expected[i].offset);
    assert_int_equal(event->count, expected[i].count);
    assert_int_equal(marks[event->mark], event->rip);
  }
  assert_int_equal(guest_event(g, GUEST_MARKED, 3)->rax, 3);
  assert_int_equal(engine_instructions(g->engine), 1 + 5 * 4 + 3);
  assert_int_equal(g->cpu.general[0], 5);
}

static void a_mark_within_an_instruction_or_elsewhere_is_never_told(void **state) {
  static const uint64_t marks[] = { 0, GUEST_CODE + 1, GUEST_CODE + 6, GUEST_CODE + 13, UINT64_MAX };
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  guest_start(g, GUEST_64, 3);
  engine_set_marks(g->engine, marks, 5);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_MARKED), 0);
}

/* mov ecx, 3; rep stosb; hlt */
static void a_string_instruction_is_told_once_for_all_repetitions(void **state) {
  static const uint64_t marks[] = { GUEST_CODE + 5 };
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, "\xb9\x03\x00\x00\x00\xf3\xaa\xf4");
  guest_start(g, GUEST_64, 3);
  g->cpu.general[7] = GUEST_DATA;
  engine_set_marks(g->engine, marks, 1);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_MARKED), 1);
  assert_int_equal(guest_event(g, GUEST_MARKED, 0)->rcx, 3);
}

static void a_mark_comes_after_the_announcement_of_its_instruction_and_adds_no_other(void **state) {
  static const uint64_t marks[] = { GUEST_CODE + 12 };
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  guest_start(g, GUEST_64, 3);
  engine_set_marks(g->engine, marks, 1);
  engine_trace_instructions(g->engine, true);
  guest_run(g);
  assert_int_equal(guest_count(g, GUEST_EXECUTED), 1 + 5 * 4 + 3);
  assert_int_equal(guest_count(g, GUEST_MARKED), 1);
  for (unsigned i = 1; i < g->events; i++)
    if (g->event[i].kind == GUEST_MARKED) assert_int_equal(g->event[i - 1].kind, GUEST_EXECUTED);
}

static void deadlines_are_kept_within_marked_blocks(void **state) {
  static const uint64_t marks[] = { GUEST_CODE + 7, GUEST_CODE + 8 };
  struct guest *g = *state;
  GUEST_CODE_BYTES(g, LOOP);
  for (unsigned deadline = 1; deadline < 20; deadline++) {
    guest_start(g, GUEST_64, 3);
    if (deadline == 1) engine_set_marks(g->engine, marks, 2);
    uint64_t start = engine_instructions(g->engine);
    engine_set_deadline(g->engine, start + deadline);
    guest_run(g);
    assert_int_equal(engine_instructions(g->engine) - start, deadline);
    assert_int_equal(guest_count(g, GUEST_DEADLINE), 1);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(each_execution_of_a_marked_instruction_is_told_before_it, guest_setup,
                                    guest_teardown),
    cmocka_unit_test_setup_teardown(a_mark_within_an_instruction_or_elsewhere_is_never_told, guest_setup,
                                    guest_teardown),
    cmocka_unit_test_setup_teardown(a_string_instruction_is_told_once_for_all_repetitions, guest_setup,
                                    guest_teardown),
    cmocka_unit_test_setup_teardown(a_mark_comes_after_the_announcement_of_its_instruction_and_adds_no_other,
                                    guest_setup, guest_teardown),
    cmocka_unit_test_setup_teardown(deadlines_are_kept_within_marked_blocks, guest_setup, guest_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Claims: how runs end, at which instruction exactly, and that steps add up to a run. */
#include "vm/box.h"
#include "vm/cmocka_all.h"

static void ends_as(const char *probe, enum rs_end_reason reason, int status) {
  struct box box;
  box_run_probe(&box, probe, &(struct box_options){ .level = RS_TRACE_TRANSITIONS });
  assert_int_equal(box.end.reason, reason);
  assert_int_equal(box.end.status, status);
  assert_int_equal(box.ends_told, 1);
  assert_int_equal(box.end.instructions, rs_machine_instructions(box.machine));
  assert_int_equal(box.end.rip, rs_machine_cpu(box.machine)->rip);
  box_close(&box);
}

static void a_write_to_the_exit_port_ends_with_its_status(void **state) {
  (void)state;
  ends_as("boot_int80-i386", RS_END_EXIT, 1);
  ends_as("boot_hello-x86_64", RS_END_EXIT, 3);
}

static void hlt_that_nothing_can_end_ends_the_run(void **state) {
  (void)state;
  ends_as("boot_halt-i386", RS_END_HALT, 0);
  ends_as("boot_halt-x86_64", RS_END_HALT, 0);
}

/* mov $0x9000, %esp; pushf; orl $TF, (%rsp); popf; hlt: the trap finds no IDT. */
static void the_single_step_trap_ends_hlt(void **state) {
  static const char code[] = "\xbc\0\x90\0\0\x9c\x81\x0c\x24\0\1\0\0\x9d\xf4";
  (void)state;
  for (unsigned bits = 32; bits <= 64; bits += 32) {
    struct box_image image = image_of_code(bits, code, sizeof code - 1);
    struct box box;
    box_open(&box, &image, &(struct box_options){ .level = RS_TRACE_TRANSITIONS });
    box_run(&box);
    assert_int_equal(box.end.reason, RS_END_SHUTDOWN);
    assert_int_equal(box.end.instructions, 5);
    assert_int_equal(box.end.rip, BOX_CODE + sizeof code - 1);
    box_close(&box);
    image_free(&image);
  }
}

static void a_fault_while_a_double_fault_is_delivered_is_shutdown(void **state) {
  (void)state;
  ends_as("boot_triple_fault-i386", RS_END_SHUTDOWN, 0);
  ends_as("boot_triple_fault-x86_64", RS_END_SHUTDOWN, 0);
  ends_as("boot_no_stack-i386", RS_END_SHUTDOWN, 0);
}

/* With limit n, what was told is what came before the n-th instruction was over. */
static void limit_and_compare(const char *probe, const struct box *whole, uint64_t limit) {
  struct box box;
  size_t told = 0;
  box_run_probe(&box, probe, &(struct box_options){ .level = RS_TRACE_STEPS, .limit = limit });
  assert_int_equal(box.end.reason, RS_END_LIMIT);
  assert_int_equal(box.end.instructions, limit);
  for (; told < box.events; told++)
    box_event_compare(&box.event[told], &whole->event[told]);
  for (; told < whole->events; told++)
    assert_true(whole->event[told].instructions >= limit);
  if (box.events > 0) assert_true(box.event[box.events - 1].instructions <= limit);
  box_close(&box);
}

static void a_limit_ends_after_exactly_that_many_instructions(void **state) {
  static const char *const probes[] = { "boot_int80-i386", "boot_syscall-x86_64", "boot_sysenter-x86_64",
                                        "boot_kernel_page-i386", "boot_no_stack-x86_64" };
  (void)state;
  for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
    struct box whole;
    box_run_probe(&whole, probes[i], &(struct box_options){ .level = RS_TRACE_STEPS });
    for (uint64_t limit = 1; limit < whole.end.instructions; limit++)
      limit_and_compare(probes[i], &whole, limit);
    box_close(&whole);
  }
}

static void a_loop_is_limited_inside_its_blocks(void **state) {
  static const uint8_t loop[] = { 0x40, 0x43, 0x41, 0xeb,
                                  0xfb }; /* inc eax; inc ebx; inc ecx; jmp to the start */
  struct box_image image = image_of_code(32, loop, sizeof loop);
  (void)state;
  for (uint64_t limit = 1; limit < 40; limit++) {
    struct box box;
    box_open(&box, &image, &(struct box_options){ .limit = 1000 + limit });
    box_run(&box);
    assert_int_equal(box.end.reason, RS_END_LIMIT);
    assert_int_equal(rs_machine_instructions(box.machine), 1000 + limit);
    assert_int_equal(box_register(&box, RS_RAX), (1000 + limit + 3) / 4);
    assert_int_equal(box_register(&box, RS_RBX), (1000 + limit + 2) / 4);
    assert_int_equal(box_register(&box, RS_RCX), (1000 + limit + 1) / 4);
    box_close(&box);
  }
  image_free(&image);
}

static void step_and_compare(const char *probe, const struct box *whole) {
  struct box box;
  struct rs_error error = { RS_OK, "" };
  struct box_image image = image_of_probe(probe);
  bool ended = false;
  box_open(&box, &image, &(struct box_options){ .level = RS_TRACE_STEPS });
  while (!ended) {
    uint64_t before = rs_machine_instructions(box.machine);
    assert_int_equal(rs_machine_step(box.machine, &box.end, &ended, &error), RS_OK);
    assert_true(rs_machine_instructions(box.machine) - before <= 1);
  }
  assert_int_equal(box.events, whole->events);
  for (size_t i = 0; i < box.events; i++)
    box_event_compare(&box.event[i], &whole->event[i]);
  assert_int_equal(box.end.reason, whole->end.reason);
  assert_int_equal(box.end.instructions, whole->end.instructions);
  assert_int_equal(box_memory_sum(&box), box_memory_sum(whole));
  box_close(&box);
  image_free(&image);
}

static void single_steps_add_up_to_the_run(void **state) {
  (void)state;
  for (const char *const *probe = box_probes; *probe; probe++) {
    struct box whole;
    box_run_probe(&whole, *probe, &(struct box_options){ .level = RS_TRACE_STEPS });
    step_and_compare(*probe, &whole);
    box_close(&whole);
  }
}

static void stop_at_the_third_event(struct box *box, const struct rs_transition_event *event) {
  if (event->sequence == 3) rs_machine_stop(box->machine);
}

static void a_stop_asked_for_inside_an_event_ends_the_run_soon(void **state) {
  struct box box;
  struct box_image image = image_of_probe("boot_int80-x86_64");
  (void)state;
  box_open(&box, &image, &(struct box_options){ .level = RS_TRACE_STEPS });
  box.look = stop_at_the_third_event;
  box_run(&box);
  assert_int_equal(box.end.reason, RS_END_STOPPED);
  assert_true(box.events >= 3 && box.events <= 5);
  box_close(&box);
  image_free(&image);
}

static void a_run_that_has_ended_stays_ended(void **state) {
  struct box box;
  struct rs_error error;
  bool ended = false;
  (void)state;
  box_run_probe(&box, "boot_int80-i386", &(struct box_options){ .level = RS_TRACE_STEPS });
  struct rs_end_event first = box.end;
  size_t events = box.events;
  box_run(&box);
  assert_int_equal(rs_machine_step(box.machine, &box.end, &ended, &error), RS_OK);
  assert_true(ended);
  assert_int_equal(box.end.reason, first.reason);
  assert_int_equal(box.end.instructions, first.instructions);
  assert_int_equal(box.events, events);
  assert_int_equal(box.ends_told, 1);
  box_close(&box);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_write_to_the_exit_port_ends_with_its_status),
    cmocka_unit_test(hlt_that_nothing_can_end_ends_the_run),
    cmocka_unit_test(the_single_step_trap_ends_hlt),
    cmocka_unit_test(a_fault_while_a_double_fault_is_delivered_is_shutdown),
    cmocka_unit_test(a_limit_ends_after_exactly_that_many_instructions),
    cmocka_unit_test(a_loop_is_limited_inside_its_blocks),
    cmocka_unit_test(single_steps_add_up_to_the_run),
    cmocka_unit_test(a_stop_asked_for_inside_an_event_ends_the_run_soon),
    cmocka_unit_test(a_run_that_has_ended_stays_ended),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Claims about the tracer: numbers, parents, levels, fan-out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "trace/tracer.h"

/* A sink that remembers what it was told. */
struct memory_sink {
  struct rs_trace_sink sink;
  struct {
    uint64_t sequence, number, parent;
  } event[16];
  unsigned transitions, instructions, macros, ends;
};

static void remember_transition(struct rs_trace_sink *sink, const struct rs_transition_event *event) {
  struct memory_sink *memory = (struct memory_sink *)sink;
  unsigned i = memory->transitions++;
  memory->event[i].sequence = event->sequence;
  memory->event[i].number = event->number;
  memory->event[i].parent = event->parent;
}

static void remember_instruction(struct rs_trace_sink *sink, const struct rs_instruction_event *event) {
  (void)event;
  ((struct memory_sink *)sink)->instructions++;
}

static void remember_macro(struct rs_trace_sink *sink, const struct rs_macro_event *event) {
  (void)event;
  ((struct memory_sink *)sink)->macros++;
}

static void remember_end(struct rs_trace_sink *sink, const struct rs_end_event *event) {
  (void)event;
  ((struct memory_sink *)sink)->ends++;
}

static struct memory_sink memory_sink(enum rs_trace_level level, bool wants_stacks) {
  return (struct memory_sink){ .sink = { .level = level,
                                         .wants_stacks = wants_stacks,
                                         .transition = remember_transition,
                                         .instruction = remember_instruction,
                                         .macro = remember_macro,
                                         .end = remember_end } };
}

static void tell(struct tracer *tracer, enum rs_mechanism mechanism, enum rs_outcome outcome) {
  static struct rs_transition transition;
  transition.cause.mechanism = mechanism;
  transition.outcome = outcome;
  struct rs_transition_event event = { .transition = &transition };
  tracer_transition(tracer, &event);
}

static void expect_event(const struct memory_sink *memory, unsigned i, uint64_t sequence, uint64_t number,
                         uint64_t parent) {
  assert_true(i < memory->transitions);
  assert_int_equal(memory->event[i].sequence, sequence);
  assert_int_equal(memory->event[i].number, number);
  assert_int_equal(memory->event[i].parent, parent);
}

static void transitions_are_numbered_and_operations_are_not(void **state) {
  (void)state;
  static const enum rs_mechanism numbered[] = {
    RS_MECHANISM_INTERRUPT,    RS_MECHANISM_IRET,        RS_MECHANISM_SYSCALL,
    RS_MECHANISM_SYSRET,       RS_MECHANISM_SYSENTER,    RS_MECHANISM_SYSEXIT,
    RS_MECHANISM_FAR_TRANSFER, RS_MECHANISM_TASK_SWITCH, RS_MECHANISM_SHUTDOWN,
  };
  struct tracer tracer;
  struct memory_sink memory = memory_sink(RS_TRACE_STEPS, false);
  tracer_init(&tracer);
  assert_int_equal(tracer_subscribe(&tracer, &memory.sink), RS_OK);
  tell(&tracer, RS_MECHANISM_OPERATION, RS_COMPLETED);
  expect_event(&memory, 0, 1, 0, 0);
  for (unsigned i = 0; i < sizeof numbered / sizeof numbered[0]; i++) {
    tell(&tracer, numbered[i], RS_COMPLETED);
    expect_event(&memory, i + 1, i + 2, i + 1, 0);
  }
}

static void faulted_event_is_the_parent_of_the_next_one(void **state) {
  (void)state;
  struct tracer tracer;
  struct memory_sink memory = memory_sink(RS_TRACE_STEPS, false);
  tracer_init(&tracer);
  assert_int_equal(tracer_subscribe(&tracer, &memory.sink), RS_OK);
  tell(&tracer, RS_MECHANISM_IRET, RS_FAULTED);
  tell(&tracer, RS_MECHANISM_INTERRUPT, RS_FAULTED);
  tell(&tracer, RS_MECHANISM_SHUTDOWN, RS_SHUTDOWN);
  tell(&tracer, RS_MECHANISM_INTERRUPT, RS_COMPLETED);
  expect_event(&memory, 0, 1, 0, 0);
  expect_event(&memory, 1, 2, 0, 1);
  expect_event(&memory, 2, 3, 1, 2);
  expect_event(&memory, 3, 4, 2, 0);
}

static void sink_sees_its_level_and_the_numbers_do_not_depend_on_it(void **state) {
  (void)state;
  struct tracer tracer;
  struct memory_sink off = memory_sink(RS_TRACE_OFF, false);
  struct memory_sink low = memory_sink(RS_TRACE_TRANSITIONS, false);
  struct memory_sink high = memory_sink(RS_TRACE_INSTRUCTIONS, false);
  struct rs_instruction_event instruction = { .length = 1 };
  struct rs_end_event end = { .reason = RS_END_EXIT };
  tracer_init(&tracer);
  assert_int_equal(tracer_subscribe(&tracer, &off.sink), RS_OK);
  assert_int_equal(tracer_subscribe(&tracer, &low.sink), RS_OK);
  assert_int_equal(tracer_subscribe(&tracer, &high.sink), RS_OK);
  tell(&tracer, RS_MECHANISM_OPERATION, RS_COMPLETED);
  tell(&tracer, RS_MECHANISM_OPERATION, RS_FAULTED);
  tell(&tracer, RS_MECHANISM_INTERRUPT, RS_COMPLETED);
  tracer_instruction(&tracer, &instruction);
  tracer_end(&tracer, &end);
  assert_int_equal(off.transitions + off.instructions + off.ends, 0);
  assert_int_equal(low.transitions, 2);
  expect_event(&low, 0, 2, 0, 0);
  expect_event(&low, 1, 3, 1, 2);
  assert_int_equal(low.instructions, 0);
  assert_int_equal(high.transitions, 3);
  assert_int_equal(high.instructions, 1);
  assert_int_equal(low.ends, 1);
}

static void level_and_stacks_are_what_the_neediest_sink_wants(void **state) {
  (void)state;
  struct tracer tracer;
  struct memory_sink off = memory_sink(RS_TRACE_OFF, true);
  struct memory_sink steps = memory_sink(RS_TRACE_STEPS, true);
  struct memory_sink low = memory_sink(RS_TRACE_TRANSITIONS, false);
  tracer_init(&tracer);
  assert_int_equal(tracer_level(&tracer), RS_TRACE_OFF);
  assert_int_equal(tracer_subscribe(&tracer, &off.sink), RS_OK);
  assert_int_equal(tracer_level(&tracer), RS_TRACE_OFF);
  assert_false(tracer_wants_stacks(&tracer));
  assert_int_equal(tracer_subscribe(&tracer, &steps.sink), RS_OK);
  assert_int_equal(tracer_subscribe(&tracer, &low.sink), RS_OK);
  assert_int_equal(tracer_level(&tracer), RS_TRACE_STEPS);
  assert_true(tracer_wants_stacks(&tracer));
}

static void macro_steps_come_to_their_own_level_and_to_those_from_steps_on(void **state) {
  (void)state;
  for (enum rs_trace_level level = RS_TRACE_OFF; level <= RS_TRACE_INSTRUCTIONS; level++) {
    bool wanted = level == RS_TRACE_MACRO || level >= RS_TRACE_STEPS;
    struct tracer tracer;
    struct memory_sink memory = memory_sink(level, true);
    struct rs_macro_event event = { .step = { .number = 1 } };
    tracer_init(&tracer);
    assert_false(tracer_wants_macro(&tracer));
    assert_int_equal(tracer_subscribe(&tracer, &memory.sink), RS_OK);
    assert_int_equal(tracer_wants_macro(&tracer), wanted);
    tracer_macro(&tracer, &event);
    assert_int_equal(memory.macros, wanted);
    tell(&tracer, RS_MECHANISM_INTERRUPT, RS_COMPLETED);
    assert_int_equal(memory.transitions, level >= RS_TRACE_TRANSITIONS);
    assert_int_equal(tracer_wants_stacks(&tracer), level >= RS_TRACE_TRANSITIONS);
  }
}

static void sink_beyond_the_limit_is_refused_and_null_functions_are_skipped(void **state) {
  (void)state;
  struct tracer tracer;
  struct rs_trace_sink silent = { .level = RS_TRACE_INSTRUCTIONS };
  struct rs_instruction_event instruction = { .length = 1 };
  struct rs_end_event end = { .reason = RS_END_EXIT };
  tracer_init(&tracer);
  for (unsigned i = 0; i < TRACER_SINKS; i++)
    assert_int_equal(tracer_subscribe(&tracer, &silent), RS_OK);
  assert_int_equal(tracer_subscribe(&tracer, &silent), RS_BAD_ARGUMENT);
  tell(&tracer, RS_MECHANISM_INTERRUPT, RS_COMPLETED);
  tracer_instruction(&tracer, &instruction);
  tracer_macro(&tracer, &(struct rs_macro_event){ .instructions = 0 });
  tracer_end(&tracer, &end);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(transitions_are_numbered_and_operations_are_not),
    cmocka_unit_test(faulted_event_is_the_parent_of_the_next_one),
    cmocka_unit_test(sink_sees_its_level_and_the_numbers_do_not_depend_on_it),
    cmocka_unit_test(level_and_stacks_are_what_the_neediest_sink_wants),
    cmocka_unit_test(macro_steps_come_to_their_own_level_and_to_those_from_steps_on),
    cmocka_unit_test(sink_beyond_the_limit_is_refused_and_null_functions_are_skipped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

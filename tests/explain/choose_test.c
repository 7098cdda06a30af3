/* Claims about which event of a run is explained. */
#include "explain/choose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "arch/bits.h"
#include "trace/tracer.h"

#define STACK UINT64_C(0x8000)

/* A run that is made event by event and written to a log in memory. */
struct run {
  struct tracer tracer;
  struct rs_trace_sink *sink;
  FILE *file;
  char *bytes;
  size_t size;
  struct rs_cpu cpu;
  struct rs_transition transition;
  uint64_t instructions;
};

static struct run *run_begin(void) {
  struct run *run = calloc(1, sizeof *run);
  assert_non_null(run);
  run->file = open_memstream(&run->bytes, &run->size);
  assert_non_null(run->file);
  const struct rs_log_options options = { .level = RS_TRACE_STEPS, .program = "made" };
  run->sink = rs_log_sink(run->file, &options);
  assert_non_null(run->sink);
  tracer_init(&run->tracer);
  tracer_subscribe(&run->tracer, run->sink);
  run->cpu.cr0 = CR0_PE;
  run->cpu.segment[RS_SEGMENT_INDEX(RS_CS)].attributes = SEGMENT_DB;
  return run;
}

/* From the state at hand to one of that ring, address and stack pointer. */
static void transition_tell(struct run *run, struct rs_cause cause, uint8_t cpl, uint64_t rip, uint64_t rsp) {
  struct rs_transition_event event = { .instructions = run->instructions++, .transition = &run->transition };
  memset(&run->transition, 0, sizeof run->transition);
  run->transition.cause = cause;
  run->transition.before = run->cpu;
  run->cpu.cpl = cpl;
  run->cpu.rip = rip;
  run->cpu.general[RS_RSP - RS_RAX] = rsp;
  run->transition.after = run->cpu;
  if (cause.mechanism == RS_MECHANISM_SHUTDOWN) run->transition.outcome = RS_SHUTDOWN;
  tracer_transition(&run->tracer, &event);
}

/* The program or kernel goes on elsewhere. */
static void move_to(struct run *run, uint8_t cpl, uint64_t rip, uint64_t rsp) {
  run->cpu.cpl = cpl;
  run->cpu.rip = rip;
  run->cpu.general[RS_RSP - RS_RAX] = rsp;
}

/* An exception whose handler has its frame 0x20 bytes below, or on the kernel's stack when it comes from
 * ring 3. */
static void raise(struct run *run, uint8_t vector, enum rs_interrupt_source source) {
  struct rs_cause cause = { .mechanism = RS_MECHANISM_INTERRUPT };
  uint64_t rsp = run->cpu.cpl ? STACK : run->cpu.general[RS_RSP - RS_RAX];
  cause.interrupt =
      (struct rs_interrupt_request){ .vector = vector, .source = source, .return_rip = run->cpu.rip };
  transition_tell(run, cause, 0, 0x1000 + 16 * vector, rsp - 0x20);
}

static void iret(struct run *run, uint8_t cpl, uint64_t rip, uint64_t rsp) {
  transition_tell(run, (struct rs_cause){ .mechanism = RS_MECHANISM_IRET }, cpl, rip, rsp);
}

static void shut_down(struct run *run) {
  struct rs_cause cause = { .mechanism = RS_MECHANISM_SHUTDOWN };
  transition_tell(run, cause, run->cpu.cpl, run->cpu.rip, run->cpu.general[RS_RSP - RS_RAX]);
}

/* Ends the run, and says what is chosen of it. The explanation is freed by the caller. */
static struct explanation *chosen(struct run *run, enum rs_end_reason reason, uint64_t at) {
  struct explanation *e = calloc(1, sizeof *e);
  struct offsets offsets = { .count = 0 };
  struct tape tape = { .log = NULL };
  struct rs_error error;
  assert_non_null(e);
  tracer_end(&run->tracer, &(struct rs_end_event){ .reason = reason, .instructions = run->instructions });
  assert_int_equal(run->sink->close(run->sink, &error), RS_OK);
  fclose(run->file);
  FILE *file = fmemopen(run->bytes, run->size, "rb");
  assert_int_equal(rs_log_open(file, "made.ring", &tape.log, &error), RS_OK);
  assert_int_equal(choose(&tape, at, e, &offsets, &error), RS_OK);
  rs_log_close(tape.log);
  fclose(file);
  free(run->bytes);
  free(run);
  return e;
}

static void expect(struct explanation *e, enum verdict verdict, uint64_t number) {
  assert_int_equal(e->verdict, verdict);
  assert_int_equal(e->number, number);
}

static void a_run_whose_exceptions_are_returned_from_has_nothing_to_explain(void **state) {
  struct run *run = run_begin();
  (void)state;
  move_to(run, 3, 0x400000, 0x9000);
  raise(run, VECTOR_PF, RS_SOURCE_EXCEPTION);
  iret(run, 3, 0x400000, 0x9000);
  struct explanation *e = chosen(run, RS_END_EXIT, 0);
  expect(e, VERDICT_NOTHING, 0);
  free(e);
}

static void a_program_that_its_kernel_did_not_go_back_to_was_killed(void **state) {
  struct run *run = run_begin();
  (void)state;
  move_to(run, 3, 0x400000, 0x9000);
  raise(run, VECTOR_PF, RS_SOURCE_EXCEPTION); /* #1 */
  iret(run, 3, 0x500000, 0xa000);             /* to another program */
  struct explanation *e = chosen(run, RS_END_EXIT, 0);
  expect(e, VERDICT_KILLED, 1);
  free(e);
}

static void a_fault_of_the_kernel_counts_more_than_that_of_a_program_and_the_handler_is_told(void **state) {
  struct run *run = run_begin();
  (void)state;
  move_to(run, 3, 0x400000, 0x9000);
  raise(run, VECTOR_PF, RS_SOURCE_EXCEPTION); /* #1 */
  move_to(run, 0, 0x2000, STACK - 0x100);
  raise(run, VECTOR_GP, RS_SOURCE_EXCEPTION); /* #2 */
  struct explanation *e = chosen(run, RS_END_HALT, 0);
  expect(e, VERDICT_FAULT, 2);
  assert_int_equal(e->within, 1);
  free(e);
}

static void a_shutdown_counts_most(void **state) {
  struct run *run = run_begin();
  (void)state;
  move_to(run, 0, 0x2000, STACK);
  raise(run, VECTOR_GP, RS_SOURCE_EXCEPTION);
  move_to(run, 0, 0x3000, 0x20000); /* nothing to do with that handler's stack */
  shut_down(run);                   /* #2 */
  struct explanation *e = chosen(run, RS_END_SHUTDOWN, 0);
  expect(e, VERDICT_SHUTDOWN, 2);
  assert_int_equal(e->later, 0);
  free(e);
}

static void faults_of_one_instruction_in_each_others_handlers_began_with_the_first(void **state) {
  struct run *run = run_begin();
  (void)state;
  move_to(run, 0, 0x2000, STACK);
  raise(run, VECTOR_PF, RS_SOURCE_EXCEPTION); /* #1, of another instruction */
  for (unsigned i = 0; i < 10; i++) {
    move_to(run, 0, 0x2008, run->cpu.general[RS_RSP - RS_RAX]);
    raise(run, VECTOR_GP, RS_SOURCE_EXCEPTION);
  }
  move_to(run, 0, 0x2008, run->cpu.general[RS_RSP - RS_RAX]);
  shut_down(run); /* #12 */
  struct explanation *e = chosen(run, RS_END_SHUTDOWN, 0);
  expect(e, VERDICT_FAULT, 2);
  assert_int_equal(e->later, 12);
  assert_true(e->later_shutdown);
  free(e);
}

static void what_happens_in_the_handler_of_an_irq_at_an_exceptions_vector_began_with_that(void **state) {
  struct run *run = run_begin();
  (void)state;
  move_to(run, 3, 0x400000, 0x9000);
  raise(run, VECTOR_DF, RS_SOURCE_EXTERNAL); /* #1 */
  move_to(run, 0, 0x2000, STACK - 0x18);
  raise(run, VECTOR_GP, RS_SOURCE_EXCEPTION); /* #2 */
  struct explanation *e = chosen(run, RS_END_HALT, 0);
  expect(e, VERDICT_STRAY_VECTOR, 1);
  assert_int_equal(e->later, 2);
  free(e);
}

static void in_real_mode_an_irq_may_have_any_vector(void **state) {
  struct run *run = run_begin();
  (void)state;
  run->cpu.cr0 = 0;
  raise(run, VECTOR_DF, RS_SOURCE_EXTERNAL);
  struct explanation *e = chosen(run, RS_END_HALT, 0);
  expect(e, VERDICT_NOTHING, 0);
  free(e);
}

static void one_fault_over_and_over_to_the_limit_is_explained_by_its_first_time(void **state) {
  struct run *run = run_begin();
  (void)state;
  move_to(run, 3, 0x400000, 0x9000);
  for (unsigned i = 0; i < 5; i++) {
    raise(run, VECTOR_PF, RS_SOURCE_EXCEPTION);
    iret(run, 3, 0x400000, 0x9000);
  }
  struct explanation *e = chosen(run, RS_END_LIMIT, 0);
  expect(e, VERDICT_FAULT, 1);
  assert_int_equal(e->repeated, 5);
  free(e);
}

static void a_kernel_that_got_over_its_fault_is_not_explained_by_it_when_a_program_was_killed(void **state) {
  struct run *run = run_begin();
  (void)state;
  move_to(run, 0, 0x2000, STACK);
  raise(run, VECTOR_GP, RS_SOURCE_EXCEPTION); /* #1 */
  iret(run, 3, 0x400000, 0x9000);             /* on to a program all the same */
  raise(run, VECTOR_PF, RS_SOURCE_EXCEPTION); /* #3 */
  struct explanation *e = chosen(run, RS_END_EXIT, 0);
  expect(e, VERDICT_KILLED, 3);
  free(e);
}

static void a_transition_can_be_asked_for_by_its_number(void **state) {
  struct run *run = run_begin();
  (void)state;
  move_to(run, 3, 0x400000, 0x9000);
  raise(run, VECTOR_PF, RS_SOURCE_EXCEPTION);
  iret(run, 3, 0x400000, 0x9000);
  raise(run, VECTOR_DF, RS_SOURCE_EXCEPTION); /* #3 */
  struct explanation *e = chosen(run, RS_END_EXIT, 1);
  expect(e, VERDICT_FAULT, 1);
  assert_false(e->chosen);
  free(e);
}

static void more_open_faults_than_are_kept_leave_the_first_and_the_last(void **state) {
  struct run *run = run_begin();
  (void)state;
  move_to(run, 0, 0x2000, STACK);
  for (unsigned i = 0; i < 300; i++) {
    raise(run, VECTOR_GP, RS_SOURCE_EXCEPTION);
    move_to(run, 0, 0x2000, run->cpu.general[RS_RSP - RS_RAX]);
  }
  struct explanation *e = chosen(run, RS_END_LIMIT, 0);
  expect(e, VERDICT_FAULT, 1);
  assert_int_equal(e->later, 300);
  assert_int_equal(e->repeated, 300);
  free(e);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_run_whose_exceptions_are_returned_from_has_nothing_to_explain),
    cmocka_unit_test(a_program_that_its_kernel_did_not_go_back_to_was_killed),
    cmocka_unit_test(a_fault_of_the_kernel_counts_more_than_that_of_a_program_and_the_handler_is_told),
    cmocka_unit_test(a_shutdown_counts_most),
    cmocka_unit_test(faults_of_one_instruction_in_each_others_handlers_began_with_the_first),
    cmocka_unit_test(what_happens_in_the_handler_of_an_irq_at_an_exceptions_vector_began_with_that),
    cmocka_unit_test(in_real_mode_an_irq_may_have_any_vector),
    cmocka_unit_test(one_fault_over_and_over_to_the_limit_is_explained_by_its_first_time),
    cmocka_unit_test(a_kernel_that_got_over_its_fault_is_not_explained_by_it_when_a_program_was_killed),
    cmocka_unit_test(a_transition_can_be_asked_for_by_its_number),
    cmocka_unit_test(more_open_faults_than_are_kept_leave_the_first_and_the_last),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

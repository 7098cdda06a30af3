/* Claims about faults within faults [SDM3 "Interrupt 8—Double Fault Exception (#DF)"]. */
#include "arch/exception.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/flow.h"

static const uint8_t contributory[] = { VECTOR_DE, VECTOR_TS, VECTOR_NP, VECTOR_SS, VECTOR_GP, VECTOR_CP };

static bool is_contributory(unsigned vector) {
  for (unsigned i = 0; i < sizeof contributory; i++)
    if (contributory[i] == vector) return true;
  return false;
}

static struct rs_interrupt_request request_of(unsigned vector, enum rs_interrupt_source source) {
  return (struct rs_interrupt_request){ .vector = (uint8_t)vector, .source = source };
}

static struct rs_fault fault_of(unsigned vector) {
  return (struct rs_fault){ .vector = (uint8_t)vector,
                            .has_error_code = exception_has_error_code((uint8_t)vector),
                            .error_code = 0x58,
                            .has_cr2 = vector == VECTOR_PF,
                            .cr2 = 0x1000 + vector };
}

enum verdict { SERIAL, DOUBLE, SHUTDOWN };

/* The two tables of the manual, written out again. */
static enum verdict expected(unsigned first, unsigned second) {
  bool bad = is_contributory(second) || second == VECTOR_PF;
  if (first == VECTOR_DF) return bad ? SHUTDOWN : SERIAL;
  if (first == VECTOR_PF) return bad ? DOUBLE : SERIAL;
  if (is_contributory(first)) return is_contributory(second) ? DOUBLE : SERIAL;
  return SERIAL;
}

static void every_pair_of_exceptions_combines_as_the_table_says(void **state) {
  (void)state;
  for (unsigned first = 0; first < 32; first++)
    for (unsigned second = 0; second < 32; second++) {
      struct rs_interrupt_request old = request_of(first, RS_SOURCE_EXCEPTION), next = { 0 };
      struct rs_fault fault = fault_of(second);
      if (second == VECTOR_DF) continue; /* nothing raises it but this table */
      bool delivered = exception_combine(&old, &fault, 0x77, &next);
      enum verdict verdict = expected(first, second);
      assert_int_equal(delivered, verdict != SHUTDOWN);
      if (!delivered) continue;
      assert_int_equal(next.vector, verdict == DOUBLE ? VECTOR_DF : second);
      assert_int_equal(next.source, RS_SOURCE_EXCEPTION);
      assert_int_equal(next.error_code, verdict == DOUBLE ? 0 : 0x58);
      assert_int_equal(next.has_error_code, verdict == DOUBLE || fault.has_error_code);
      assert_int_equal(next.return_rip, 0x77);
    }
}

static void software_and_external_interrupts_are_benign_whatever_their_vector(void **state) {
  static const enum rs_interrupt_source sources[] = { RS_SOURCE_SOFTWARE, RS_SOURCE_PRIVILEGED_SOFTWARE,
                                                      RS_SOURCE_EXTERNAL, RS_SOURCE_NMI };
  (void)state;
  for (unsigned vector = 0; vector < 256; vector++)
    for (unsigned i = 0; i < sizeof sources / sizeof *sources; i++) {
      struct rs_interrupt_request old = request_of(vector, sources[i]), next;
      struct rs_fault fault = fault_of(VECTOR_GP);
      assert_true(exception_combine(&old, &fault, 0, &next));
      assert_int_equal(next.vector, VECTOR_GP);
    }
}

static void cr2_of_a_page_fault_outlives_its_failed_delivery(void **state) {
  struct rs_interrupt_request old = request_of(VECTOR_PF, RS_SOURCE_EXCEPTION), next;
  struct rs_fault protection = fault_of(VECTOR_GP), page = fault_of(VECTOR_PF);
  (void)state;
  old.has_cr2 = true;
  old.cr2 = 0xaaa;
  assert_true(exception_combine(&old, &protection, 0, &next));
  assert_true(next.vector == VECTOR_DF && next.has_cr2 && next.cr2 == 0xaaa);
  assert_true(exception_combine(&old, &page, 0, &next));
  assert_true(next.vector == VECTOR_DF && next.has_cr2 && next.cr2 == page.cr2);
}

/* [SDM3 "Error Code"]: the manual's list. */
static void eight_exceptions_have_an_error_code(void **state) {
  static const uint8_t with[] = { 8, 10, 11, 12, 13, 14, 17, 21 };
  unsigned count = 0;
  (void)state;
  for (unsigned vector = 0; vector < 256; vector++)
    count += exception_has_error_code((uint8_t)vector);
  for (unsigned i = 0; i < sizeof with; i++)
    assert_true(exception_has_error_code(with[i]));
  assert_int_equal(count, sizeof with);
}

static void a_request_carries_the_whole_fault(void **state) {
  const struct rs_fault fault = {
    .vector = VECTOR_PF, .has_error_code = true, .error_code = 7, .has_cr2 = true, .cr2 = 0x123456789
  };
  (void)state;
  struct rs_interrupt_request request = exception_request(&fault, 0xffff);
  assert_int_equal(request.vector, VECTOR_PF);
  assert_int_equal(request.source, RS_SOURCE_EXCEPTION);
  assert_true(request.has_error_code && request.error_code == 7);
  assert_true(request.has_cr2 && request.cr2 == 0x123456789);
  assert_int_equal(request.return_rip, 0xffff);
}

static void shutdown_changes_cr2_alone(void **state) {
  struct flow *f = *state;
  struct rs_interrupt_request first = request_of(VECTOR_DF, RS_SOURCE_EXCEPTION);
  flow_enter_user(f, FLOW_LONG);
  first.has_cr2 = true;
  first.cr2 = 0xbad;
  shutdown_enter(&f->cpu, &first, &f->out);
  assert_int_equal(f->out.outcome, RS_SHUTDOWN);
  assert_int_equal(f->out.cause.mechanism, RS_MECHANISM_SHUTDOWN);
  assert_int_equal(f->out.cause.interrupt.vector, VECTOR_DF);
  fake_assert_sound(&f->out);
  assert_int_equal(f->out.after.cr2, 0xbad);
  f->cpu.cr2 = 0xbad;
  assert_memory_equal(&f->out.after, &f->cpu, sizeof f->cpu);
  assert_int_equal(f->out.step[0].id, RS_CHECK_FAULT_DELIVERABLE);
}

/* The chain as the vm drives it: INT to a missing IDT, then #GP, #DF, and the end. */
static void without_an_idt_an_int_ends_in_shutdown_after_three_faults(void **state) {
  static const uint8_t chain[] = { VECTOR_GP, VECTOR_GP, VECTOR_GP };
  struct flow *f = *state;
  struct rs_interrupt_request request;
  flow_enter_user(f, FLOW_LONG);
  f->cpu.idtr.limit = 0;
  assert_int_equal(flow_int(f, 0x80), RS_FAULTED);
  request = f->out.cause.interrupt;
  for (unsigned i = 0; i < 2; i++) {
    struct rs_interrupt_request next;
    assert_int_equal(f->out.fault.vector, chain[i]);
    assert_true(exception_combine(&request, &f->out.fault, f->cpu.rip, &next));
    request = next;
    assert_int_equal(request.vector, i == 0 ? VECTOR_GP : VECTOR_DF);
    assert_int_equal(request.error_code, i == 0 ? 0x80 * 8 + 2 : 0);
    assert_int_equal(flow_deliver(f, &request), RS_FAULTED);
    assert_int_equal(f->out.fault.error_code, request.vector * 8U + ERROR_IDT + ERROR_EXT);
  }
  struct rs_interrupt_request none;
  assert_false(exception_combine(&request, &f->out.fault, f->cpu.rip, &none));
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(every_pair_of_exceptions_combines_as_the_table_says),
    CLAIM(software_and_external_interrupts_are_benign_whatever_their_vector),
    CLAIM(cr2_of_a_page_fault_outlives_its_failed_delivery),
    CLAIM(eight_exceptions_have_an_error_code),
    CLAIM(a_request_carries_the_whole_fault),
    CLAIM(shutdown_changes_cr2_alone),
    CLAIM(without_an_idt_an_int_ends_in_shutdown_after_three_faults),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

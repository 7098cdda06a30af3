/* Claims about INT n, INT3, INTO and INT1, and about what is common to all performed instructions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/flow.h"

#define GATE(dpl, type) FLOW_TYPE(1, dpl, type)

static struct flow *user(void **state) {
  flow_enter_user(*state, FLOW_PROTECTED);
  return *state;
}

static void int3_into_and_int1_deliver_their_vectors_with_the_next_address(void **state) {
  static const struct {
    const char *bytes;
    uint8_t vector;
    bool checks_dpl;
  } rows[] = { { "\xcc", VECTOR_BP, true }, { "\xce", VECTOR_OF, true }, { "\xf1", VECTOR_DB, false } };
  for (unsigned i = 0; i < 3; i++) {
    struct flow *f = user(state);
    f->cpu.rflags |= RFLAGS_OF;
    flow_gate(f, rows[i].vector, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, GATE(3, SYSTEM_TRAP_GATE));
    assert_int_equal(flow_perform_bytes(f, rows[i].bytes, 1), RS_COMPLETED);
    assert_int_equal(f->out.cause.mechanism, RS_MECHANISM_INTERRUPT);
    assert_int_equal(f->out.cause.interrupt.vector, rows[i].vector);
    const struct rs_step *ip = fake_find_step(&f->out, RS_STEP_WRITE, RS_ITEM_PUSHED_IP, 0);
    assert_int_equal(ip->write.new.word[0], FAKE_USER_CODE + 1);
    flow_gate(f, rows[i].vector, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, GATE(2, SYSTEM_TRAP_GATE));
    flow_perform_bytes(f, rows[i].bytes, 1);
    if (rows[i].checks_dpl)
      flow_refused(f, VECTOR_GP, rows[i].vector * 8U + 2, RS_CHECK_GATE_DPL);
    else
      assert_int_equal(f->out.outcome, RS_COMPLETED);
  }
}

static void int1_counts_as_external_in_error_codes(void **state) {
  struct flow *f = user(state);
  flow_gate(f, VECTOR_DB, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, FLOW_TYPE(0, 3, SYSTEM_TRAP_GATE));
  FLOW_PERFORM(f, "\xf1");
  flow_refused(f, VECTOR_NP, VECTOR_DB * 8 + 2 + ERROR_EXT, RS_CHECK_GATE_PRESENT);
}

/* [SDM3 "Debug Control Register (DR7)"]: INT1 is the debug exception, and sets nothing in DR6; INT 1 is not.
 */
static void int1_clears_gd_and_int_1_does_not(void **state) {
  static const struct {
    const char *bytes;
    unsigned length;
    bool clears;
  } rows[] = { { "\xf1", 1, true }, { "\xcd\x01", 2, false } };
  for (unsigned i = 0; i < 2; i++) {
    struct flow *f = user(state);
    f->cpu.dr7 |= DR7_GD;
    flow_gate(f, VECTOR_DB, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, GATE(3, SYSTEM_TRAP_GATE));
    assert_int_equal(flow_perform_bytes(f, rows[i].bytes, rows[i].length), RS_COMPLETED);
    assert_int_equal(!(f->out.after.dr7 & DR7_GD), rows[i].clears);
    assert_int_equal(f->out.after.dr6, f->cpu.dr6);
  }
}

static void into_without_overflow_falls_through(void **state) {
  struct flow *f = user(state);
  assert_int_equal(FLOW_PERFORM(f, "\xce"), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, FAKE_USER_CODE + 1);
  assert_int_equal(f->out.after.cpl, 3);
  assert_int_equal(f->out.cause.mechanism, RS_MECHANISM_OPERATION);
}

static void a_lock_prefix_is_undefined(void **state) {
  static const char *const rows[] = { "\xf0\xcc", "\xf0\xcf", "\xf0\xf4", "\xf0\xfa", "\xf0\xcb" };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct flow *f = user(state);
    flow_perform_bytes(f, rows[i], 2);
    flow_refused_plain(f, VECTOR_UD, RS_CHECK_LOCK_NOT_PREFIXED);
  }
}

/* [SDM2 "INT n/INTO/INT3/INT1"]: EXT is 0 for these, 1 for INT1. */
static void every_vector_of_int_n_is_delivered_or_refused_with_its_own_error_code(void **state) {
  for (unsigned vector = 0; vector < 256; vector++) {
    struct flow *f = user(state);
    flow_gate(f, (uint8_t)vector, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, GATE(3, SYSTEM_TRAP_GATE));
    assert_int_equal(flow_int(f, (uint8_t)vector), RS_COMPLETED);
    assert_int_equal(AFTER(f, RSP), FLOW_STACK(0) - 20); /* no error code, whatever the vector */
    flow_gate(f, (uint8_t)vector, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, GATE(2, SYSTEM_TRAP_GATE));
    flow_int(f, (uint8_t)vector);
    flow_refused(f, VECTOR_GP, vector * 8 + 2, RS_CHECK_GATE_DPL);
  }
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(int3_into_and_int1_deliver_their_vectors_with_the_next_address),
    CLAIM(int1_counts_as_external_in_error_codes),
    CLAIM(int1_clears_gd_and_int_1_does_not),
    CLAIM(into_without_overflow_falls_through),
    CLAIM(a_lock_prefix_is_undefined),
    CLAIM(every_vector_of_int_n_is_delivered_or_refused_with_its_own_error_code),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

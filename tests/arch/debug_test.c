/* Claims about single-stepping: after which instructions the trap comes [SDM3 "Single-Step Exception
 * Condition"]. */
#include "arch/debug.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/flow.h"

#define FLAGS UINT64_C(2)
#define STEPPING (FLAGS | RFLAGS_TF)

static struct flow *kernel(void **state, uint64_t rflags) {
  struct flow *f = *state;
  flow_enter(f, FLOW_LONG, RS_CPU_INTEL);
  f->cpu.rflags = rflags;
  f->cpu.msr[RS_MSR_INDEX(RS_EFER)] |= EFER_SCE;
  f->cpu.msr[RS_MSR_INDEX(RS_STAR)] = UINT64_C(0x18) << 48 | UINT64_C(8) << 32;
  return f;
}

#define ASSERT_TRAPS(f, bytes)                                                                               \
  assert_int_equal(FLOW_PERFORM(f, bytes), RS_COMPLETED);                                                    \
  assert_true(debug_traps_after(&(f)->out))
#define ASSERT_NO_TRAP(f, bytes, expected)                                                                   \
  assert_int_equal(FLOW_PERFORM(f, bytes), expected);                                                        \
  assert_false(debug_traps_after(&(f)->out))

static void what_began_with_tf_traps_and_nothing_else(void **state) {
  struct flow *f = kernel(state, STEPPING);
  ASSERT_TRAPS(f, "\x0f\xa2");
  ASSERT_TRAPS(f, "\xfb"); /* the shadow of STI does not hold it off */
  f = kernel(state, FLAGS);
  ASSERT_NO_TRAP(f, "\x0f\xa2", RS_COMPLETED);
}

static void popf_and_iret_trap_when_they_clear_tf_and_not_when_they_set_it(void **state) {
  for (unsigned cleared = 0; cleared < 2; cleared++) {
    struct flow *f = kernel(state, cleared ? STEPPING : FLAGS);
    uint64_t popped = cleared ? FLAGS : STEPPING;
    FLOW_PUT(f, 8, popped);
    assert_int_equal(FLOW_PERFORM(f, "\x9d"), RS_COMPLETED);
    assert_int_equal(debug_traps_after(&f->out), cleared);
    FLOW_PUT(f, 8, FAKE_USER_CODE, FAKE_USER_CS64, popped, FAKE_USER_STACK, FAKE_USER_SS);
    assert_int_equal(FLOW_PERFORM(f, "\x48\xcf"), RS_COMPLETED);
    assert_int_equal(f->out.after.rflags, popped);
    assert_int_equal(debug_traps_after(&f->out), cleared);
  }
}

static void sysret_traps_at_once_when_it_sets_tf(void **state) {
  struct flow *f = kernel(state, FLAGS);
  f->cpu.general[RS_RCX - RS_RAX] = FAKE_USER_CODE;
  f->cpu.general[RS_R11 - RS_RAX] = STEPPING;
  ASSERT_TRAPS(f, "\x48\x0f\x07");
  f->cpu.general[RS_R11 - RS_RAX] = FLAGS;
  ASSERT_NO_TRAP(f, "\x48\x0f\x07", RS_COMPLETED);
}

static void syscall_traps_in_the_handler_unless_the_mask_clears_tf(void **state) {
  struct flow *f = kernel(state, STEPPING);
  ASSERT_TRAPS(f, "\x0f\x05");
  f->cpu.msr[RS_MSR_INDEX(RS_FMASK)] = RFLAGS_TF;
  ASSERT_NO_TRAP(f, "\x0f\x05", RS_COMPLETED);
}

static void sysenter_traps_in_the_handler(void **state) {
  struct flow *f = kernel(state, STEPPING);
  f->cpu.msr[RS_MSR_INDEX(RS_SYSENTER_CS)] = FAKE_KERNEL_CS;
  ASSERT_TRAPS(f, "\x0f\x34");
}

static void no_gate_leads_to_a_trap(void **state) {
  struct flow *f = kernel(state, STEPPING);
  ASSERT_NO_TRAP(f, "\xcd\x80", RS_COMPLETED);
  ASSERT_NO_TRAP(f, "\xcd\x81", RS_FAULTED);
}

static void mov_ss_holds_the_trap_off_and_mov_ds_does_not(void **state) {
  struct flow *f = kernel(state, STEPPING);
  f->cpu.general[0] = FAKE_KERNEL_SS;
  ASSERT_NO_TRAP(f, "\x8e\xd0", RS_COMPLETED);
  ASSERT_TRAPS(f, "\x8e\xd8");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_began_with_tf_traps_and_nothing_else),
    cmocka_unit_test(popf_and_iret_trap_when_they_clear_tf_and_not_when_they_set_it),
    cmocka_unit_test(sysret_traps_at_once_when_it_sets_tf),
    cmocka_unit_test(syscall_traps_in_the_handler_unless_the_mask_clears_tf),
    cmocka_unit_test(sysenter_traps_in_the_handler),
    cmocka_unit_test(no_gate_leads_to_a_trap),
    cmocka_unit_test(mov_ss_holds_the_trap_off_and_mov_ds_does_not),
  };
  return cmocka_run_group_tests(tests, flow_setup, flow_teardown);
}

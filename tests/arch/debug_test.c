/* Claims about #DB traps: after which instructions that of single-stepping comes [SDM3 "Single-Step Exception
 * Condition"], and which breakpoints on data and ports a transition meets. */
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
  assert_int_equal(debug_traps_after(&(f)->out), DR6_BS)
#define ASSERT_NO_TRAP(f, bytes, expected)                                                                   \
  assert_int_equal(FLOW_PERFORM(f, bytes), expected);                                                        \
  assert_int_equal(debug_traps_after(&(f)->out), 0)

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
    assert_int_equal(debug_traps_after(&f->out), cleared ? DR6_BS : 0);
    FLOW_PUT(f, 8, FAKE_USER_CODE, FAKE_USER_CS64, popped, FAKE_USER_STACK, FAKE_USER_SS);
    assert_int_equal(FLOW_PERFORM(f, "\x48\xcf"), RS_COMPLETED);
    assert_int_equal(f->out.after.rflags, popped);
    assert_int_equal(debug_traps_after(&f->out), cleared ? DR6_BS : 0);
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

static uint64_t stack_of(const struct flow *f) {
  return f->cpu.general[RS_RSP - RS_RAX];
}

/* A guest with one breakpoint, number 2: `condition` is R/W, `length` LEN of DR7. */
static struct flow *watcher(void **state, unsigned condition, unsigned length, uint64_t address) {
  struct flow *f = kernel(state, FLAGS);
  f->cpu.dr[2] = address;
  f->cpu.dr7 |= UINT64_C(1) << 4 | (uint64_t)(condition | length << 2) << 24;
  return f;
}

enum { BYTE, WORD, EIGHT, FOUR };

#define ASSERT_MET(f, bytes, met)                                                                            \
  assert_int_equal(FLOW_PERFORM(f, bytes), RS_COMPLETED);                                                    \
  assert_int_equal(debug_traps_after(&(f)->out), (met) ? DR6_B(2) : 0)

static void dr7_describes_each_breakpoint(void **state) {
  struct flow *f = *state;
  static const uint8_t sizes[] = { 1, 2, 8, 4 };
  for (unsigned number = 0; number < 4; number++) {
    for (unsigned fields = 0; fields < 64; fields++) {
      unsigned enabled = fields & 3, condition = fields >> 2 & 3, length = fields >> 4;
      struct debug_breakpoint b;
      flow_enter(f, FLOW_LONG, RS_CPU_INTEL);
      f->cpu.cr4 |= CR4_DE;
      f->cpu.dr[number] = 0x1237;
      f->cpu.dr7 |= (uint64_t)enabled << 2 * number;
      f->cpu.dr7 |= (uint64_t)(condition | length << 2) << (16 + 4 * number);
      bool there = enabled && (condition != DEBUG_EXECUTION || length == BYTE);
      assert_int_equal(debug_breakpoint(&f->cpu, number, &b), there);
      if (!there) continue;
      assert_int_equal(b.condition, condition);
      assert_int_equal(b.size, sizes[length]);
      assert_int_equal(b.address, 0x1237 & -(unsigned)sizes[length]);
    }
  }
}

static void ports_have_breakpoints_only_with_de(void **state) {
  struct flow *f = watcher(state, DEBUG_PORT, BYTE, 0x80);
  ASSERT_MET(f, "\xe6\x80", false);
  f->cpu.cr4 |= CR4_DE;
  ASSERT_MET(f, "\xe6\x80", true);
  ASSERT_MET(f, "\xe4\x80", true);
  ASSERT_MET(f, "\xe6\x81", false);
  ASSERT_MET(f, "\xe7\x7e", true); /* out 0x7e, eax: four ports */
  ASSERT_MET(f, "\xe7\x81", false);
}

static void a_stack_access_of_a_transition_meets_a_breakpoint_on_its_bytes(void **state) {
  uint64_t stack = stack_of(kernel(state, FLAGS));
  static const struct {
    int offset;
    unsigned length;
    bool met;
  } row[] = { { -8, BYTE, true },   { -1, BYTE, true },  { -9, BYTE, false },   { 0, BYTE, false },
              { -16, FOUR, false }, { -8, EIGHT, true }, { -16, EIGHT, false }, { -4, FOUR, true } };
  for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
    struct flow *f = watcher(state, DEBUG_WRITE, row[i].length, stack + (uint64_t)row[i].offset);
    ASSERT_MET(f, "\x9c", row[i].met); /* pushf */
  }
}

static void reading_meets_a_breakpoint_on_accesses_alone(void **state) {
  uint64_t stack = stack_of(kernel(state, FLAGS));
  struct flow *f = watcher(state, DEBUG_WRITE, EIGHT, stack - 8);
  FLOW_PUT(f, 8, FLAGS);
  ASSERT_MET(f, "\x9d", false); /* popf */
  f = watcher(state, DEBUG_ACCESS, EIGHT, stack - 8);
  FLOW_PUT(f, 8, FLAGS);
  ASSERT_MET(f, "\x9d", true);
}

static void the_frame_of_an_interrupt_meets_a_breakpoint_and_its_gate_does_not(void **state) {
  uint64_t stack = stack_of(kernel(state, FLAGS)) & ~UINT64_C(15);
  struct flow *f = watcher(state, DEBUG_ACCESS, EIGHT, stack - 16);
  ASSERT_MET(f, "\xcd\x80", true);
  f = watcher(state, DEBUG_ACCESS, EIGHT, f->cpu.idtr.base + 0x80 * 16);
  ASSERT_MET(f, "\xcd\x80", false);
}

static void a_breakpoint_that_mov_dr_sets_does_not_count_for_itself(void **state) {
  struct flow *f = kernel(state, FLAGS);
  f->cpu.general[0] = 3;
  ASSERT_NO_TRAP(f, "\x0f\x23\xf8", RS_COMPLETED);
}

static void single_stepping_and_a_breakpoint_come_in_one_trap(void **state) {
  uint64_t stack = stack_of(kernel(state, FLAGS));
  struct flow *f = watcher(state, DEBUG_WRITE, EIGHT, stack - 8);
  f->cpu.rflags |= RFLAGS_TF;
  assert_int_equal(FLOW_PERFORM(f, "\x9c"), RS_COMPLETED);
  assert_int_equal(debug_traps_after(&f->out), DR6_BS | DR6_B(2));
}

static void what_faults_meets_nothing(void **state) {
  uint64_t stack = stack_of(kernel(state, FLAGS));
  struct flow *f = watcher(state, DEBUG_WRITE, EIGHT, stack - 16);
  ASSERT_NO_TRAP(f, "\xcd\x81", RS_FAULTED);
}

static const struct rs_fault db = { .vector = VECTOR_DB, .dr6 = DR6_B(1) };

static void a_trap_sets_its_bits_in_dr6_and_keeps_the_others(void **state) {
  struct flow *f = kernel(state, FLAGS);
  f->cpu.dr6 |= DR6_B(3);
  flow_gate(f, VECTOR_DB, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, FLOW_TYPE(1, 0, SYSTEM_INTERRUPT_GATE));
  const struct rs_interrupt_request request = exception_request(&db, f->cpu.rip);
  assert_int_equal(flow_deliver(f, &request), RS_COMPLETED);
  assert_int_equal(f->out.after.dr6, UINT64_C(0xffff0ff0) | DR6_B(1) | DR6_B(3));
}

static void rf_is_pushed_as_it_is_for_a_breakpoint_and_set_for_general_detect(void **state) {
  static const struct {
    uint64_t rflags;
    uint32_t dr6;
    uint64_t pushed;
  } row[] = { { FLAGS, DR6_B(0), FLAGS },
              { FLAGS, DR6_BS, FLAGS },
              { FLAGS | RFLAGS_RF, DR6_BS, FLAGS | RFLAGS_RF },
              { FLAGS, DR6_BD, FLAGS | RFLAGS_RF } };
  for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
    struct flow *f = kernel(state, row[i].rflags);
    const struct rs_fault fault = { .vector = VECTOR_DB, .dr6 = row[i].dr6 };
    flow_gate(f, VECTOR_DB, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, FLOW_TYPE(1, 0, SYSTEM_INTERRUPT_GATE));
    const struct rs_interrupt_request request = exception_request(&fault, f->cpu.rip);
    uint64_t stack = f->cpu.general[RS_RSP - RS_RAX];
    assert_int_equal(flow_deliver(f, &request), RS_COMPLETED);
    FLOW_FRAME(f, 8, request.return_rip, FAKE_KERNEL_CS, row[i].pushed, stack);
  }
}

static void a_fault_of_the_delivery_keeps_the_reasons_of_the_trap(void **state) {
  struct flow *f = kernel(state, FLAGS);
  struct rs_interrupt_request first = exception_request(&db, f->cpu.rip), next;
  const struct rs_fault second = { .vector = VECTOR_GP, .has_error_code = true };
  assert_true(exception_combine(&first, &second, f->cpu.rip, &next));
  assert_int_equal(next.vector, VECTOR_GP);
  assert_int_equal(next.dr6, DR6_B(1));
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
    cmocka_unit_test(dr7_describes_each_breakpoint),
    cmocka_unit_test(ports_have_breakpoints_only_with_de),
    cmocka_unit_test(a_stack_access_of_a_transition_meets_a_breakpoint_on_its_bytes),
    cmocka_unit_test(reading_meets_a_breakpoint_on_accesses_alone),
    cmocka_unit_test(the_frame_of_an_interrupt_meets_a_breakpoint_and_its_gate_does_not),
    cmocka_unit_test(a_breakpoint_that_mov_dr_sets_does_not_count_for_itself),
    cmocka_unit_test(single_stepping_and_a_breakpoint_come_in_one_trap),
    cmocka_unit_test(what_faults_meets_nothing),
    cmocka_unit_test(a_trap_sets_its_bits_in_dr6_and_keeps_the_others),
    cmocka_unit_test(rf_is_pushed_as_it_is_for_a_breakpoint_and_set_for_general_detect),
    cmocka_unit_test(a_fault_of_the_delivery_keeps_the_reasons_of_the_trap),
  };
  return cmocka_run_group_tests(tests, flow_setup, flow_teardown);
}

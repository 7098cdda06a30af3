/* Claims about far RET [SDM2 "RET"]; its checks are those of IRET, which has the enumerations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/flow.h"
#include "arch/segment.h"

#define RETF "\xcb"
#define RETF_8 "\xca\x08\x00"
#define RETFQ "\x48\xcb"

static struct flow *kernel(void **state, enum flow_mode mode) {
  struct flow *f = *state;
  flow_enter(f, mode, RS_CPU_INTEL);
  f->cpu.rflags |= RFLAGS_CF | RFLAGS_RF;
  return f;
}

static void within_a_ring_it_pops_two_words_and_its_count(void **state) {
  struct flow *f = kernel(state, FLOW_PROTECTED);
  FLOW_PUT(f, 4, 0x1234, FAKE_KERNEL_CS);
  assert_int_equal(FLOW_PERFORM(f, RETF), RS_COMPLETED);
  assert_int_equal(f->out.cause.mechanism, RS_MECHANISM_FAR_TRANSFER);
  assert_int_equal(f->out.after.rip, 0x1234);
  assert_int_equal(AFTER(f, RSP), FAKE_KERNEL_STACK);
  assert_int_equal(f->out.after.rflags, f->cpu.rflags & ~RFLAGS_RF);
  assert_int_equal(FLOW_PERFORM(f, RETF_8), RS_COMPLETED);
  assert_int_equal(AFTER(f, RSP), FAKE_KERNEL_STACK + 8);
}

static void to_an_outer_ring_the_count_releases_both_stacks(void **state) {
  struct flow *f = kernel(state, FLOW_PROTECTED);
  FLOW_PUT(f, 4, FAKE_USER_CODE, FAKE_USER_CS32, 0x1111, 0x2222, FAKE_USER_STACK - 8, FAKE_USER_SS);
  assert_int_equal(FLOW_PERFORM(f, RETF_8), RS_COMPLETED);
  assert_int_equal(f->out.after.cpl, 3);
  assert_int_equal(f->out.after.rip, FAKE_USER_CODE);
  assert_int_equal(AFTER(f, RSP), FAKE_USER_STACK);
  flow_assert_flat(f, SEGMENT_AFTER(f, SS), FAKE_USER_SS);
  assert_int_equal(SEGMENT_AFTER(f, DS)->selector, 0);
}

static void in_64_bit_mode_it_pops_no_stack_within_a_ring(void **state) {
  struct flow *f = kernel(state, FLOW_LONG);
  FLOW_PUT(f, 8, UINT64_C(0xffff800000001234), FAKE_KERNEL_CS);
  assert_int_equal(FLOW_PERFORM(f, RETFQ), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, UINT64_C(0xffff800000001234));
  assert_int_equal(AFTER(f, RSP), FAKE_KERNEL_STACK);
  f = kernel(state, FLOW_LONG);
  FLOW_PUT(f, 8, UINT64_C(0x0000800000000000), FAKE_KERNEL_CS);
  FLOW_PERFORM(f, RETFQ);
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_RETURN_CANONICAL);
}

static void it_leads_to_no_inner_ring(void **state) {
  struct flow *f = kernel(state, FLOW_PROTECTED);
  fake_enter_user(&f->cpu);
  FLOW_PUT(f, 4, 0x1234, FAKE_KERNEL_CS);
  FLOW_PERFORM(f, RETF);
  flow_refused(f, VECTOR_GP, FAKE_KERNEL_CS, RS_CHECK_RETURN_NOT_INWARD);
}

static void both_parts_of_the_frame_must_lie_on_the_stack(void **state) {
  struct flow *f = kernel(state, FLOW_PROTECTED);
  FLOW_PUT(f, 4, FAKE_USER_CODE, FAKE_USER_CS32, FAKE_USER_STACK, FAKE_USER_SS);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)].limit = FAKE_KERNEL_STACK - 2;
  FLOW_PERFORM(f, RETF);
  flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_HOLDS);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)].limit = FAKE_KERNEL_STACK - 10;
  FLOW_PERFORM(f, RETF);
  flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_HOLDS);
}

static void in_real_mode_it_loads_any_selector(void **state) {
  struct flow *f = kernel(state, FLOW_PROTECTED);
  f->cpu.cr0 &= ~(CR0_PE | CR0_PG);
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    f->cpu.segment[i] = segment_of_v86(0x1000);
  f->cpu.general[4] = 0x100;
  fake_poke(f->memory, &f->cpu, 0x10100, 4, 0xabcd1234);
  assert_int_equal(FLOW_PERFORM(f, RETF_8), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, 0x1234);
  assert_int_equal(SEGMENT_AFTER(f, CS)->base, 0xabcd0);
  assert_int_equal(AFTER(f, RSP), 0x10c);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(within_a_ring_it_pops_two_words_and_its_count),
    CLAIM(to_an_outer_ring_the_count_releases_both_stacks),
    CLAIM(in_64_bit_mode_it_pops_no_stack_within_a_ring),
    CLAIM(it_leads_to_no_inner_ring),
    CLAIM(both_parts_of_the_frame_must_lie_on_the_stack),
    CLAIM(in_real_mode_it_loads_any_selector),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

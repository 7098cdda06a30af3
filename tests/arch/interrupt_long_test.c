/* Claims about delivery in IA-32e mode [SDM3 "Exception and Interrupt Handling in 64-bit Mode"]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/flow.h"

enum { VECTOR = FLOW_HANDLER_VECTOR, IDT_ERROR = VECTOR * 8 + 2 };

#define GATE(dpl, type) FLOW_TYPE(1, dpl, type)
#define NON_CANONICAL UINT64_C(0x0000800000000000)

static struct flow *user(void **state) {
  flow_enter_user(*state, FLOW_LONG);
  return *state;
}

static struct flow *kernel(void **state) {
  flow_enter(*state, FLOW_LONG, RS_CPU_INTEL);
  return *state;
}

static void gate_with_ist(struct flow *f, uint8_t vector, unsigned ist) {
  fake_gate(f->memory, &f->cpu, vector, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, GATE(3, SYSTEM_INTERRUPT_GATE),
            (uint8_t)ist);
}

/* --- What a delivery does --- */

static void from_ring_3_ss_becomes_null_and_five_quadwords_are_pushed(void **state) {
  struct flow *f = user(state);
  uint64_t flags = f->cpu.rflags |= RFLAGS_TF | RFLAGS_ZF | RFLAGS_NT;
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  FLOW_FRAME(f, 8, FAKE_USER_CODE + 2, FAKE_USER_CS64, flags, FAKE_USER_STACK, FAKE_USER_SS);
  assert_int_equal(f->cpu.general[4], FLOW_STACK(0) - 40);
  assert_int_equal(f->cpu.cpl, 0);
  assert_int_equal(f->cpu.rip, FAKE_KERNEL_CODE);
  assert_int_equal(f->cpu.rflags, RFLAGS_FIXED | RFLAGS_ZF);
  flow_assert_flat(f, SEGMENT_AFTER(f, CS), FAKE_KERNEL_CS);
  flow_assert_segment(SEGMENT_AFTER(f, SS), 0, SEGMENT_UNUSABLE, 0, 0);
}

/* [SDM3 "Stack Switching in IA-32e Mode"] */
static void the_null_ss_has_the_new_ring_as_rpl(void **state) {
  for (unsigned ring = 0; ring < 3; ring++) {
    struct flow *f = user(state);
    flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, ring, FLOW_CODE) | SEGMENT_L);
    flow_gate(f, VECTOR, FLOW_SPARE, FAKE_KERNEL_CODE, GATE(3, SYSTEM_TRAP_GATE));
    assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
    flow_assert_segment(SEGMENT_AFTER(f, SS), (uint16_t)ring, SEGMENT_UNUSABLE | ring << SEGMENT_DPL_SHIFT, 0,
                        0);
    assert_int_equal(AFTER(f, RSP), FLOW_STACK(ring) - 40);
    assert_int_equal(SEGMENT_AFTER(f, CS)->selector, FLOW_SPARE | ring);
    assert_int_equal(f->out.after.cpl, ring);
  }
}

static void compatibility_code_is_interrupted_like_64_bit_code(void **state) {
  struct flow *f = kernel(state);
  fake_enter_compatibility(&f->cpu);
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  FLOW_FRAME(f, 8, FAKE_USER_CODE + 2, FAKE_USER_CS32, RFLAGS_FIXED | RFLAGS_IF, FAKE_USER_STACK,
             FAKE_USER_SS);
  flow_assert_flat(f, SEGMENT_AFTER(f, CS), FAKE_KERNEL_CS);
}

static void within_a_ring_the_stack_is_aligned_and_ss_rsp_is_pushed_all_the_same(void **state) {
  for (unsigned offset = 0; offset < 32; offset++) {
    struct flow *f = kernel(state);
    uint64_t rsp = f->cpu.general[4] = FAKE_KERNEL_STACK - 0x100 + offset;
    assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
    assert_int_equal(AFTER(f, RSP), (rsp & ~UINT64_C(15)) - 40);
    flow_assert_flat(f, SEGMENT_AFTER(f, SS), FAKE_KERNEL_SS);
    FLOW_FRAME(f, 8, FAKE_KERNEL_CODE + 2, FAKE_KERNEL_CS, RFLAGS_FIXED | RFLAGS_IF, rsp, FAKE_KERNEL_SS);
  }
}

static void the_inner_stack_is_aligned_too(void **state) {
  struct flow *f = user(state);
  flow_set_stack_pointer(f, 0, FAKE_KERNEL_STACK - 9);
  gate_with_ist(f, VECTOR_GP, 0);
  assert_int_equal(flow_exception(f, VECTOR_GP, 0x18), RS_COMPLETED);
  assert_int_equal(AFTER(f, RSP), FAKE_KERNEL_STACK - 16 - 48);
  FLOW_FRAME(f, 8, 0x18, FAKE_USER_CODE, FAKE_USER_CS64, RFLAGS_FIXED | RFLAGS_IF | RFLAGS_RF,
             FAKE_USER_STACK, FAKE_USER_SS);
}

/* [SDM3 "Interrupt Stack Table"] */
static void an_ist_entry_replaces_the_stack_whatever_the_ring(void **state) {
  for (unsigned ist = 1; ist < 8; ist++)
    for (unsigned from_user = 0; from_user < 2; from_user++) {
      struct flow *f = kernel(state);
      uint64_t top = FAKE_KERNEL_STACK - 0x40 * (uint64_t)ist;
      if (from_user) fake_enter_user(&f->cpu);
      gate_with_ist(f, VECTOR, ist);
      f->cpu.tr.limit = 0x67;
      flow_set_ist(f, ist, top + 7);
      assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
      assert_int_equal(AFTER(f, RSP), top - 40);
      assert_int_equal(SEGMENT_AFTER(f, SS)->selector, from_user ? 0 : FAKE_KERNEL_SS);
      assert_int_equal(fake_count_steps(&f->out, RS_STEP_READ, RS_ITEM_TSS_IST), 1);
      assert_int_equal(fake_count_steps(&f->out, RS_STEP_READ, RS_ITEM_TSS_STACK_POINTER), 0);
    }
}

static void a_64_bit_gate_has_a_64_bit_offset(void **state) {
  struct flow *f = user(state);
  flow_gate(f, VECTOR, FAKE_KERNEL_CS, UINT64_C(0xffffffff81234567), GATE(3, SYSTEM_INTERRUPT_GATE));
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, UINT64_C(0xffffffff81234567));
}

/* --- The IDT and its gates --- */

static void gates_of_sixteen_bytes_must_lie_within_the_idt_limit(void **state) {
  struct flow *f = kernel(state);
  f->cpu.idtr.limit = VECTOR * 16 + 15;
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  f->cpu.idtr.limit--;
  flow_int(f, VECTOR);
  flow_refused(f, VECTOR_GP, IDT_ERROR, RS_CHECK_GATE_WITHIN_IDT);
  flow_external(f, VECTOR);
  flow_refused(f, VECTOR_GP, IDT_ERROR + ERROR_EXT, RS_CHECK_GATE_WITHIN_IDT);
}

static void expect_gate(struct flow *f, unsigned byte, unsigned cpl, enum rs_interrupt_source source) {
  bool software = source == RS_SOURCE_SOFTWARE;
  uint32_t error = IDT_ERROR + (software ? 0 : ERROR_EXT);
  if ((byte & 0x1f) != 14 && (byte & 0x1f) != 15)
    flow_refused(f, VECTOR_GP, error, RS_CHECK_GATE_TYPE);
  else if (software && (byte >> 5 & 3) < cpl)
    flow_refused(f, VECTOR_GP, IDT_ERROR, RS_CHECK_GATE_DPL);
  else if (!(byte & 0x80))
    flow_refused(f, VECTOR_NP, error, RS_CHECK_GATE_PRESENT);
  else
    assert_int_equal(f->out.outcome, RS_COMPLETED);
}

static void only_64_bit_interrupt_and_trap_gates_are_admitted(void **state) {
  struct flow *f = kernel(state);
  const struct rs_cpu cpu = f->cpu;
  for (unsigned byte = 0; byte < 256; byte++)
    for (unsigned cpl = 0; cpl < 4; cpl++)
      for (unsigned source = RS_SOURCE_SOFTWARE; source <= RS_SOURCE_EXTERNAL; source++) {
        struct rs_interrupt_request request = { .vector = VECTOR,
                                                .source = (enum rs_interrupt_source)source };
        f->cpu = cpu;
        flow_set_ring(f, cpl);
        flow_gate(f, VECTOR, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, (uint8_t)byte);
        flow_deliver(f, &request);
        expect_gate(f, byte, cpl, request.source);
      }
}

/* --- The handler --- */

static void expect_handler(struct flow *f, unsigned byte, bool l, bool d, unsigned cpl) {
  unsigned dpl = byte >> 5 & 3;
  if ((byte & 0x18) != 0x18)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_HANDLER_IS_CODE);
  else if (dpl > cpl)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_HANDLER_DPL);
  else if (!l || d)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_HANDLER_64_BIT);
  else if (!(byte & 0x80))
    flow_refused(f, VECTOR_NP, FLOW_SPARE, RS_CHECK_HANDLER_PRESENT);
  else
    assert_int_equal(f->out.after.cpl, byte & SEGMENT_CONFORMING ? cpl : dpl);
}

static void every_handler_must_be_present_64_bit_code(void **state) {
  struct flow *f = kernel(state);
  const struct rs_cpu cpu = f->cpu;
  fake_map(f->memory, &f->cpu, 0x700000, FAKE_RW | FAKE_US);
  flow_gate(f, VECTOR, FLOW_SPARE, FAKE_KERNEL_CODE, GATE(3, SYSTEM_INTERRUPT_GATE));
  for (unsigned byte = 0; byte < 256; byte++)
    for (unsigned ld = 0; ld < 4; ld++)
      for (unsigned cpl = 0; cpl < 4; cpl++) {
        uint32_t attributes = byte | (ld & 1 ? SEGMENT_L : 0) | (ld & 2 ? SEGMENT_DB : 0);
        f->cpu = cpu;
        flow_set_ring(f, cpl);
        f->cpu.general[4] = 0x700100;
        fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE, fake_descriptor(0, 0, attributes));
        flow_int(f, VECTOR);
        expect_handler(f, byte, ld & 1, ld & 2, cpl);
      }
}

static void a_null_code_selector_raises_gp_of_ext(void **state) {
  struct flow *f = user(state);
  flow_gate(f, VECTOR, 3, FAKE_KERNEL_CODE, GATE(3, SYSTEM_INTERRUPT_GATE));
  flow_int(f, VECTOR);
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_HANDLER_SELECTOR_NOT_NULL);
  flow_exception(f, VECTOR, 0);
  flow_refused(f, VECTOR_GP, ERROR_EXT, RS_CHECK_HANDLER_SELECTOR_NOT_NULL);
}

static void a_handler_that_is_not_canonical_raises_gp_of_ext(void **state) {
  struct flow *f = user(state);
  static const struct {
    uint64_t offset;
    bool canonical;
  } rows[] = { { UINT64_C(0x00007fffffffffff), true },
               { NON_CANONICAL, false },
               { UINT64_C(0xffff7fffffffffff), false },
               { UINT64_C(0xffff800000000000), true } };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    flow_gate(f, VECTOR, FAKE_KERNEL_CS, rows[i].offset, GATE(3, SYSTEM_INTERRUPT_GATE));
    flow_int(f, VECTOR);
    if (!rows[i].canonical)
      flow_refused(f, VECTOR_GP, 0, RS_CHECK_HANDLER_CANONICAL);
    else
      assert_int_equal(f->out.after.rip, rows[i].offset);
    flow_external(f, VECTOR);
    if (!rows[i].canonical) flow_refused(f, VECTOR_GP, ERROR_EXT, RS_CHECK_HANDLER_CANONICAL);
  }
}

/* --- The stack --- */

static void the_stack_entry_must_lie_within_the_tss_limit(void **state) {
  for (unsigned ist = 0; ist < 8; ist++) {
    struct flow *f = user(state);
    gate_with_ist(f, VECTOR, ist);
    if (ist) flow_set_ist(f, ist, FAKE_KERNEL_STACK);
    f->cpu.tr.limit = (ist ? 28 + 8 * ist : 4) + 7;
    assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
    f->cpu.tr.limit--;
    flow_int(f, VECTOR);
    flow_refused(f, VECTOR_TS, FAKE_TSS_SELECTOR, RS_CHECK_TSS_STACK_WITHIN_LIMIT);
    flow_external(f, VECTOR);
    flow_refused(f, VECTOR_TS, FAKE_TSS_SELECTOR + ERROR_EXT, RS_CHECK_TSS_STACK_WITHIN_LIMIT);
  }
}

static void a_stack_that_is_not_canonical_raises_ss_of_ext(void **state) {
  static const uint64_t pointers[] = { NON_CANONICAL,
                                       NON_CANONICAL + 0x1000,
                                       UINT64_C(0xffff7ffffffffff8),
                                       UINT64_C(0xffff800000000000),
                                       UINT64_C(0xffff800000000020),
                                       UINT64_C(0x123456789abcdef0) };
  for (unsigned i = 0; i < sizeof pointers / sizeof *pointers; i++) {
    struct flow *f = user(state);
    flow_set_stack_pointer(f, 0, pointers[i]);
    flow_int(f, VECTOR);
    flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_CANONICAL);
    flow_external(f, VECTOR);
    flow_refused(f, VECTOR_SS, ERROR_EXT, RS_CHECK_STACK_CANONICAL);
    gate_with_ist(f, VECTOR, 1);
    flow_set_ist(f, 1, pointers[i]);
    flow_int(f, VECTOR);
    flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_CANONICAL);
    if (pointers[i] == NON_CANONICAL) continue; /* the next claim */
    flow_enter(f, FLOW_LONG, RS_CPU_AMD);
    f->cpu.general[4] = pointers[i];
    flow_int(f, VECTOR);
    flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_CANONICAL);
  }
}

/* What is pushed there lies below it. */
static void within_a_ring_the_stack_may_begin_at_the_end_of_canonical_addresses(void **state) {
  struct flow *f = kernel(state);
  fake_map(f->memory, &f->cpu, NON_CANONICAL - GUEST_PAGE_SIZE, FAKE_RW);
  f->cpu.general[4] = NON_CANONICAL;
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  assert_int_equal(AFTER(f, RSP), NON_CANONICAL - 40);
  FLOW_FRAME(f, 8, FAKE_KERNEL_CODE + 2, FAKE_KERNEL_CS, RFLAGS_FIXED | RFLAGS_IF, NON_CANONICAL,
             FAKE_KERNEL_SS);
  f->cpu.general[4] = NON_CANONICAL + 1; /* is aligned first */
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
}

static void segment_limits_and_types_of_the_current_stack_do_not_matter(void **state) {
  struct flow *f = kernel(state);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)] = segment_null(0, 0);
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  FLOW_FRAME(f, 8, FAKE_KERNEL_CODE + 2, FAKE_KERNEL_CS, RFLAGS_FIXED | RFLAGS_IF, FAKE_KERNEL_STACK, 0);
}

/* [SDM2 "INT n/INTO/INT3/INT1"], 64-bit mode exceptions: each table in non-canonical space. */
static void tables_in_non_canonical_space_are_refused_by_what_they_hold(void **state) {
  struct flow *f = user(state);
  f->cpu.idtr.base = UINT64_C(0x00007ffffffff800);
  flow_int(f, VECTOR);
  flow_refused(f, VECTOR_GP, IDT_ERROR, RS_CHECK_LINEAR_CANONICAL);
  f = user(state);
  f->cpu.gdtr.base = UINT64_C(0x0000800000000000);
  flow_external(f, VECTOR);
  flow_refused(f, VECTOR_GP, FAKE_KERNEL_CS + ERROR_EXT, RS_CHECK_LINEAR_CANONICAL);
  f = user(state);
  f->cpu.tr.base = UINT64_C(0x00007ffffffffff5);
  flow_int(f, VECTOR);
  flow_refused(f, VECTOR_TS, FAKE_TSS_SELECTOR, RS_CHECK_LINEAR_CANONICAL);
}

static void a_push_to_a_user_page_is_a_supervisor_write(void **state) {
  struct flow *f = user(state);
  f->cpu.cr4 |= CR4_SMAP;
  flow_set_stack_pointer(f, 0, FAKE_USER_STACK);
  assert_int_equal(flow_int(f, VECTOR), RS_FAULTED);
  assert_int_equal(f->out.fault.vector, VECTOR_PF);
  assert_int_equal(f->out.fault.error_code, PF_WRITE | PF_PRESENT);
  assert_int_equal(f->out.fault.cr2, FAKE_USER_STACK - 8);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(from_ring_3_ss_becomes_null_and_five_quadwords_are_pushed),
    CLAIM(the_null_ss_has_the_new_ring_as_rpl),
    CLAIM(compatibility_code_is_interrupted_like_64_bit_code),
    CLAIM(within_a_ring_the_stack_is_aligned_and_ss_rsp_is_pushed_all_the_same),
    CLAIM(the_inner_stack_is_aligned_too),
    CLAIM(an_ist_entry_replaces_the_stack_whatever_the_ring),
    CLAIM(a_64_bit_gate_has_a_64_bit_offset),
    CLAIM(gates_of_sixteen_bytes_must_lie_within_the_idt_limit),
    CLAIM(only_64_bit_interrupt_and_trap_gates_are_admitted),
    CLAIM(every_handler_must_be_present_64_bit_code),
    CLAIM(a_null_code_selector_raises_gp_of_ext),
    CLAIM(a_handler_that_is_not_canonical_raises_gp_of_ext),
    CLAIM(the_stack_entry_must_lie_within_the_tss_limit),
    CLAIM(a_stack_that_is_not_canonical_raises_ss_of_ext),
    CLAIM(within_a_ring_the_stack_may_begin_at_the_end_of_canonical_addresses),
    CLAIM(segment_limits_and_types_of_the_current_stack_do_not_matter),
    CLAIM(tables_in_non_canonical_space_are_refused_by_what_they_hold),
    CLAIM(a_push_to_a_user_page_is_a_supervisor_write),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

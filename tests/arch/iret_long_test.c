/* Claims about IRET in IA-32e mode [SDM3 "IRET in IA-32e Mode"]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/flow.h"

#define IRETQ "\x48\xcf"
#define IRETD "\xcf"
#define IRETW "\x66\xcf"

static struct flow *kernel(void **state) {
  flow_enter(*state, FLOW_LONG, RS_CPU_INTEL);
  return *state;
}

static struct flow *returning(void **state, uint64_t ip, uint64_t cs, uint64_t flags, uint64_t sp,
                              uint64_t ss) {
  struct flow *f = kernel(state);
  FLOW_PUT(f, 8, ip, cs, flags, sp, ss);
  return f;
}

/* Ring 0 in compatibility mode, on the kernel's stack. */
static struct flow *compatibility_kernel(void **state) {
  struct flow *f = kernel(state);
  struct rs_segment *cs = &f->cpu.segment[RS_SEGMENT_INDEX(RS_CS)];
  cs->attributes = (cs->attributes & ~SEGMENT_L) | SEGMENT_DB;
  return f;
}

/* --- Returns --- */

static void iretq_to_64_bit_ring_3_restores_the_five_quadwords(void **state) {
  struct flow *f = returning(state, UINT64_C(0x7fffffffffff), FAKE_USER_CS64, RFLAGS_FIXED | RFLAGS_IF,
                             UINT64_C(0x123456789ab), FAKE_USER_SS);
  assert_int_equal(FLOW_PERFORM(f, IRETQ), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, UINT64_C(0x7fffffffffff));
  assert_int_equal(AFTER(f, RSP), UINT64_C(0x123456789ab));
  assert_int_equal(f->out.after.cpl, 3);
  assert_int_equal(f->out.after.rflags, RFLAGS_FIXED | RFLAGS_IF);
  flow_assert_flat(f, SEGMENT_AFTER(f, CS), FAKE_USER_CS64);
  flow_assert_flat(f, SEGMENT_AFTER(f, SS), FAKE_USER_SS);
}

static void iretq_to_compatibility_code_loads_esp(void **state) {
  struct flow *f =
      returning(state, FAKE_USER_CODE, FAKE_USER_CS32, RFLAGS_FIXED, UINT64_C(0xdead00801000), FAKE_USER_SS);
  assert_int_equal(FLOW_PERFORM(f, IRETQ), RS_COMPLETED);
  assert_int_equal(AFTER(f, RSP), 0x00801000);
  flow_assert_flat(f, SEGMENT_AFTER(f, CS), FAKE_USER_CS32);
}

static void iretq_to_a_16_bit_stack_loads_sp_alone(void **state) {
  struct flow *f = returning(state, FAKE_USER_CODE, FAKE_USER_CS32, RFLAGS_FIXED, 0x12345678, FLOW_SPARE | 3);
  fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE, fake_descriptor(0, 0xffff, FLOW_TYPE(1, 3, FLOW_DATA)));
  assert_int_equal(FLOW_PERFORM(f, IRETQ), RS_COMPLETED);
  assert_int_equal(AFTER(f, RSP), (FAKE_KERNEL_STACK & ~UINT64_C(0xffff)) | 0x5678);
}

static void iret_in_64_bit_mode_pops_ss_rsp_even_within_a_ring(void **state) {
  static const struct {
    const char *bytes;
    size_t count;
    unsigned size;
  } rows[] = { { IRETQ, 2, 8 }, { IRETD, 1, 4 }, { IRETW, 2, 2 } };
  for (unsigned i = 0; i < 3; i++) {
    struct flow *f = kernel(state);
    FLOW_PUT(f, rows[i].size, 0x1234, FAKE_KERNEL_CS, RFLAGS_FIXED, 0x5670, FAKE_KERNEL_SS);
    assert_int_equal(flow_perform_bytes(f, rows[i].bytes, rows[i].count), RS_COMPLETED);
    assert_int_equal(f->out.after.rip, 0x1234);
    assert_int_equal(AFTER(f, RSP), 0x5670);
    assert_int_equal(f->out.after.cpl, 0);
  }
}

static void iret_in_compatibility_mode_pops_ss_esp_only_for_an_outer_ring(void **state) {
  struct flow *f = compatibility_kernel(state);
  FLOW_PUT(f, 4, 0x1234, FAKE_KERNEL_CS, RFLAGS_FIXED);
  assert_int_equal(FLOW_PERFORM(f, IRETD), RS_COMPLETED);
  assert_int_equal(AFTER(f, RSP), FAKE_KERNEL_STACK);
  assert_true(SEGMENT_AFTER(f, CS)->attributes & SEGMENT_L);
  f = compatibility_kernel(state);
  FLOW_PUT(f, 4, 0x1234, FAKE_USER_CS64, RFLAGS_FIXED, 0x800000, FAKE_USER_SS);
  assert_int_equal(FLOW_PERFORM(f, IRETD), RS_COMPLETED);
  assert_int_equal(AFTER(f, RSP), 0x800000);
  assert_int_equal(f->out.after.cpl, 3);
}

static void iretq_undoes_what_int_did_but_for_null_data_selectors(void **state) {
  for (unsigned compatibility = 0; compatibility < 2; compatibility++) {
    struct flow *f = kernel(state);
    if (compatibility)
      fake_enter_compatibility(&f->cpu);
    else
      fake_enter_user(&f->cpu);
    struct rs_cpu user = f->cpu;
    assert_int_equal(flow_int(f, FLOW_HANDLER_VECTOR), RS_COMPLETED);
    flow_commit(f);
    assert_int_equal(FLOW_PERFORM(f, IRETQ), RS_COMPLETED);
    assert_int_equal(f->out.after.rip, user.rip + 2);
    assert_int_equal(f->out.after.rflags, user.rflags);
    assert_memory_equal(f->out.after.general, user.general, sizeof user.general);
    for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
      flow_assert_segment(&f->out.after.segment[i], user.segment[i].selector, user.segment[i].attributes,
                          user.segment[i].limit, user.segment[i].base);
  }
}

/* 64-bit code goes on using the bases of FS and GS. */
static void null_fs_keeps_its_base_on_the_way_out(void **state) {
  struct flow *f = returning(state, 0, FAKE_USER_CS64, RFLAGS_FIXED, 0, FAKE_USER_SS);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_FS)] = segment_null(0, 0);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_FS)].base = UINT64_C(0x7f0012345678);
  assert_int_equal(FLOW_PERFORM(f, IRETQ), RS_COMPLETED);
  assert_int_equal(SEGMENT_AFTER(f, FS)->base, UINT64_C(0x7f0012345678));
}

/* --- The code segment --- */

static void every_combination_of_l_and_d_but_both_is_code_to_return_to(void **state) {
  for (unsigned ld = 0; ld < 4; ld++)
    for (unsigned ring = 0; ring < 4; ring++) {
      uint32_t mode = (ld & 1 ? SEGMENT_L : 0) | (ld & 2 ? SEGMENT_DB : 0);
      struct flow *f = returning(state, 0x1000, FLOW_SPARE | ring, RFLAGS_FIXED, 0, FLOW_SPARE_2 | ring);
      fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE,
                   fake_descriptor(0, 0x1000, FLOW_TYPE(1, ring, FLOW_CODE) | mode));
      flow_descriptor(f, FLOW_SPARE_2, FLOW_TYPE(1, ring, FLOW_DATA));
      FLOW_PERFORM(f, IRETQ);
      if (ld == 3)
        flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_RETURN_L_AND_D);
      else
        assert_int_equal(f->out.after.cpl, ring);
    }
}

static void a_return_address_that_is_not_canonical_raises_gp_0_in_ring_0(void **state) {
  static const struct {
    uint64_t ip;
    bool canonical;
  } rows[] = { { UINT64_C(0x00007fffffffffff), true },
               { UINT64_C(0x0000800000000000), false },
               { UINT64_C(0xffff7fffffffffff), false },
               { UINT64_C(0xffff800000000000), true } };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct flow *f = returning(state, rows[i].ip, FAKE_USER_CS64, RFLAGS_FIXED, 0, FAKE_USER_SS);
    FLOW_PERFORM(f, IRETQ);
    if (!rows[i].canonical)
      flow_refused(f, VECTOR_GP, 0, RS_CHECK_RETURN_CANONICAL);
    else
      assert_int_equal(f->out.after.rip, rows[i].ip);
  }
}

static void the_limit_of_compatibility_code_is_checked_and_that_of_64_bit_code_is_not(void **state) {
  for (unsigned wide = 0; wide < 2; wide++) {
    struct flow *f = returning(state, 0x1001, FLOW_SPARE | 3, RFLAGS_FIXED, 0, FAKE_USER_SS);
    fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE,
                 fake_descriptor(0, 0x1000, FLOW_TYPE(1, 3, FLOW_CODE) | (wide ? SEGMENT_L : SEGMENT_DB)));
    FLOW_PERFORM(f, IRETQ);
    if (!wide)
      flow_refused(f, VECTOR_GP, 0, RS_CHECK_RETURN_WITHIN_LIMIT);
    else
      assert_int_equal(f->out.after.rip, 0x1001);
  }
  struct flow *f = returning(state, UINT64_C(0x100000000), FAKE_USER_CS32, RFLAGS_FIXED, 0, FAKE_USER_SS);
  FLOW_PERFORM(f, IRETQ);
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_RETURN_WITHIN_LIMIT);
}

/* --- The stack --- */

/* Null SS: every RPL, ring and code size [SDM2 "IRET/IRETD/IRETQ"], 64-bit mode exceptions. */
static void returns_to_a_null_stack(struct flow *f, unsigned ring, unsigned rpl, bool wide) {
  bool intel = f->cpu.model == RS_CPU_INTEL;
  flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, ring, FLOW_CODE) | (wide ? SEGMENT_L : 0));
  FLOW_PERFORM(f, IRETQ);
  if (!wide || ring == 3 || (intel && rpl != ring)) {
    flow_refused(f, VECTOR_GP, 0, RS_CHECK_RETURN_NULL_STACK);
    return;
  }
  flow_assert_segment(SEGMENT_AFTER(f, SS), (uint16_t)rpl, SEGMENT_UNUSABLE | ring << SEGMENT_DPL_SHIFT, 0,
                      0);
  assert_int_equal(AFTER(f, RSP), 0x2000);
}

static void a_null_stack_goes_with_64_bit_rings_0_to_2_and_on_intel_their_rpl(void **state) {
  for (unsigned rpl = 0; rpl < 4; rpl++)
    for (unsigned ring = 0; ring < 4; ring++)
      for (unsigned wide = 0; wide < 2; wide++)
        for (int model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
          struct flow *f = returning(state, 0x1000, FLOW_SPARE | ring, RFLAGS_FIXED, 0x2000, rpl);
          f->cpu.model = (enum rs_cpu_model)model;
          returns_to_a_null_stack(f, ring, rpl, wide);
        }
}

static void the_stack_must_be_of_the_ring_returned_to(void **state) {
  static const struct {
    uint64_t ss;
    uint32_t error;
    uint8_t vector;
    enum rs_check by;
  } rows[] = { { FAKE_KERNEL_SS, FAKE_KERNEL_SS, VECTOR_GP, RS_CHECK_STACK_SELECTOR_RPL },
               { FAKE_KERNEL_SS | 3, FAKE_KERNEL_SS, VECTOR_GP, RS_CHECK_STACK_DPL },
               { FAKE_USER_CS64, FAKE_USER_CS64 & ~3U, VECTOR_GP, RS_CHECK_STACK_IS_WRITABLE_DATA },
               { 0x83, 0x80, VECTOR_GP, RS_CHECK_SELECTOR_WITHIN_GDT },
               { FLOW_SPARE | 3, FLOW_SPARE, VECTOR_SS, RS_CHECK_STACK_PRESENT } };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct flow *f = returning(state, 0, FAKE_USER_CS64, RFLAGS_FIXED, 0, rows[i].ss);
    flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(0, 3, FLOW_DATA));
    FLOW_PERFORM(f, IRETQ);
    flow_refused(f, rows[i].vector, rows[i].error, rows[i].by);
  }
}

static void pops_from_non_canonical_addresses_raise_ss_0(void **state) {
  static const uint64_t pointers[] = { UINT64_C(0x0000800000000000), UINT64_C(0x00007ffffffffff0),
                                       UINT64_C(0xffff7ffffffffff8) };
  for (unsigned i = 0; i < sizeof pointers / sizeof *pointers; i++) {
    struct flow *f = kernel(state);
    f->cpu.general[4] = pointers[i];
    FLOW_PERFORM(f, IRETQ);
    flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_CANONICAL);
  }
}

/* Which 64-bit code may leave behind when it jumps to compatibility code. */
static void a_null_stack_holds_nothing_in_compatibility_mode(void **state) {
  struct flow *f = compatibility_kernel(state);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)].attributes |= SEGMENT_UNUSABLE;
  FLOW_PERFORM(f, IRETD);
  flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_HOLDS);
}

/* --- Flags and tasks --- */

static void nested_task_raises_gp_0_in_every_submode(void **state) {
  struct flow *f = returning(state, 0, FAKE_USER_CS64, RFLAGS_FIXED, 0, FAKE_USER_SS);
  f->cpu.rflags |= RFLAGS_NT;
  f->cpu.nmi_blocked = true;
  FLOW_PERFORM(f, IRETQ);
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_IRET_NOT_NESTED);
  assert_false(f->out.after.nmi_blocked);
  f = compatibility_kernel(state);
  f->cpu.rflags |= RFLAGS_NT;
  FLOW_PERFORM(f, IRETD);
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_IRET_NOT_NESTED);
}

static void vm_and_reserved_bits_of_the_image_are_ignored(void **state) {
  struct flow *f = returning(state, 0, FAKE_USER_CS64, ~UINT64_C(0), 0, FAKE_USER_SS);
  assert_int_equal(FLOW_PERFORM(f, IRETQ), RS_COMPLETED);
  assert_int_equal(f->out.after.rflags, RFLAGS_DEFINED & ~RFLAGS_VM);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(iretq_to_64_bit_ring_3_restores_the_five_quadwords),
    CLAIM(iretq_to_compatibility_code_loads_esp),
    CLAIM(iretq_to_a_16_bit_stack_loads_sp_alone),
    CLAIM(iret_in_64_bit_mode_pops_ss_rsp_even_within_a_ring),
    CLAIM(iret_in_compatibility_mode_pops_ss_esp_only_for_an_outer_ring),
    CLAIM(iretq_undoes_what_int_did_but_for_null_data_selectors),
    CLAIM(null_fs_keeps_its_base_on_the_way_out),
    CLAIM(every_combination_of_l_and_d_but_both_is_code_to_return_to),
    CLAIM(a_return_address_that_is_not_canonical_raises_gp_0_in_ring_0),
    CLAIM(the_limit_of_compatibility_code_is_checked_and_that_of_64_bit_code_is_not),
    CLAIM(a_null_stack_goes_with_64_bit_rings_0_to_2_and_on_intel_their_rpl),
    CLAIM(the_stack_must_be_of_the_ring_returned_to),
    CLAIM(pops_from_non_canonical_addresses_raise_ss_0),
    CLAIM(a_null_stack_holds_nothing_in_compatibility_mode),
    CLAIM(nested_task_raises_gp_0_in_every_submode),
    CLAIM(vm_and_reserved_bits_of_the_image_are_ignored),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

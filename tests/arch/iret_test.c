/* Claims about IRET in protected mode [SDM2 "IRET/IRETD/IRETQ"]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/flow.h"

#define IRET "\xcf"
#define IRETW "\x66\xcf"
#define ALL_FLAGS RFLAGS_DEFINED

static struct flow *kernel(void **state) {
  flow_enter(*state, FLOW_PROTECTED, RS_CPU_INTEL);
  return *state;
}

/* A frame for ring 3 on the stack of ring 0. */
static struct flow *returning(void **state, uint64_t ip, uint64_t cs, uint64_t flags, uint64_t sp,
                              uint64_t ss) {
  struct flow *f = kernel(state);
  FLOW_PUT(f, 4, ip, cs, flags, sp, ss);
  return f;
}

static struct flow *returning_to_user(void **state) {
  return returning(state, FAKE_USER_CODE, FAKE_USER_CS32, RFLAGS_FIXED | RFLAGS_IF, FAKE_USER_STACK,
                   FAKE_USER_SS);
}

/* --- Returns --- */

static void iret_to_ring_3_restores_the_five_words(void **state) {
  struct flow *f = returning_to_user(state);
  assert_int_equal(FLOW_PERFORM(f, IRET), RS_COMPLETED);
  assert_int_equal(f->out.cause.mechanism, RS_MECHANISM_IRET);
  assert_int_equal(f->out.after.rip, FAKE_USER_CODE);
  assert_int_equal(f->out.after.cpl, 3);
  assert_int_equal(f->out.after.rflags, RFLAGS_FIXED | RFLAGS_IF);
  assert_int_equal(AFTER(f, RSP), FAKE_USER_STACK);
  flow_assert_flat(f, SEGMENT_AFTER(f, CS), FAKE_USER_CS32);
  flow_assert_flat(f, SEGMENT_AFTER(f, SS), FAKE_USER_SS);
}

static void iret_within_a_ring_pops_three_words(void **state) {
  struct flow *f = kernel(state);
  FLOW_PUT(f, 4, 0x1234, FAKE_KERNEL_CS, RFLAGS_FIXED | RFLAGS_CF);
  assert_int_equal(FLOW_PERFORM(f, IRET), RS_COMPLETED);
  assert_int_equal(AFTER(f, RSP), FAKE_KERNEL_STACK);
  assert_int_equal(f->out.after.rip, 0x1234);
  assert_int_equal(f->out.after.rflags, RFLAGS_FIXED | RFLAGS_CF);
  flow_assert_flat(f, SEGMENT_AFTER(f, SS), FAKE_KERNEL_SS);
}

static void iret_undoes_what_int_did(void **state) {
  struct flow *f = *state;
  flow_enter_user(f, FLOW_PROTECTED);
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    if (f->cpu.segment[i].selector == FAKE_USER_SS) f->cpu.segment[i].attributes |= SEGMENT_ACCESSED;
  struct rs_cpu user = f->cpu;
  assert_int_equal(flow_int(f, FLOW_HANDLER_VECTOR), RS_COMPLETED);
  flow_commit(f);
  assert_int_equal(FLOW_PERFORM(f, IRET), RS_COMPLETED);
  user.rip += 2;
  for (unsigned reg = RS_RAX; reg < RS_REGISTER_COUNT; reg++) {
    union rs_value x = rs_cpu_get(&f->out.after, (enum rs_register)reg);
    union rs_value y = rs_cpu_get(&user, (enum rs_register)reg);
    if (reg >= RS_ES && reg <= RS_TR)
      flow_assert_segment(&x.segment, y.segment.selector, y.segment.attributes, y.segment.limit,
                          y.segment.base);
    else
      assert_int_equal(x.word[0], y.word[0]);
  }
}

static void a_16_bit_iret_pops_words(void **state) {
  struct flow *f = kernel(state);
  f->cpu.rflags |= RFLAGS_AC | RFLAGS_ID;
  FLOW_PUT(f, 2, 0x1234, FAKE_USER_CS32, RFLAGS_FIXED | RFLAGS_ZF, 0xfff0, FAKE_USER_SS);
  assert_int_equal(FLOW_PERFORM(f, IRETW), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, 0x1234);
  assert_int_equal(AFTER(f, RSP), 0xfff0);
  assert_int_equal(f->out.after.rflags, RFLAGS_FIXED | RFLAGS_ZF | RFLAGS_AC | RFLAGS_ID);
}

/* Bits 31:16 of ESP stay the kernel's. */
static void a_return_to_a_16_bit_stack_loads_sp_alone(void **state) {
  struct flow *f = returning(state, FAKE_USER_CODE, FAKE_USER_CS32, RFLAGS_FIXED, 0x12345678, FLOW_SPARE | 3);
  fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE, fake_descriptor(0, 0xffff, FLOW_TYPE(1, 3, FLOW_DATA)));
  assert_int_equal(FLOW_PERFORM(f, IRET), RS_COMPLETED);
  assert_int_equal(AFTER(f, RSP), (FAKE_KERNEL_STACK & 0xffff0000) | 0x5678);
}

static void accessed_bits_are_set_when_the_return_succeeds(void **state) {
  struct flow *f = returning(state, 0x1000, FLOW_SPARE | 3, RFLAGS_FIXED, 0, FLOW_SPARE_2 | 3);
  flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, 3, FLOW_CODE));
  flow_descriptor(f, FLOW_SPARE_2, FLOW_TYPE(1, 3, FLOW_DATA));
  assert_int_equal(FLOW_PERFORM(f, IRET), RS_COMPLETED);
  flow_commit(f);
  assert_true(fake_peek(f->memory, &f->cpu, FAKE_GDT + FLOW_SPARE + 5, 1) & SEGMENT_ACCESSED);
  assert_true(fake_peek(f->memory, &f->cpu, FAKE_GDT + FLOW_SPARE_2 + 5, 1) & SEGMENT_ACCESSED);
}

/* --- Flags --- */

static uint64_t loaded_flags(unsigned cpl, unsigned iopl, bool wide) {
  uint64_t mask = RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_TF | RFLAGS_DF |
                  RFLAGS_OF | RFLAGS_NT;
  if (wide) mask |= RFLAGS_RF | RFLAGS_AC | RFLAGS_ID;
  if (cpl <= iopl) mask |= RFLAGS_IF;
  if (cpl == 0) mask |= RFLAGS_IOPL | (wide ? RFLAGS_VIF | RFLAGS_VIP : 0);
  return mask;
}

/* Every CPL, IOPL, ring returned to, operand size; the image all ones over zeros, and zeros over ones. */
static void which_flags_iret_loads_depends_on_cpl_and_iopl(void **state) {
  for (unsigned i = 0; i < 4 * 4 * 4 * 2 * 2; i++) {
    unsigned cpl = i & 3, iopl = i >> 2 & 3, ring = i >> 4 & 3;
    bool wide = i >> 6 & 1, ones = i >> 7 & 1;
    if (ring < cpl) continue;
    struct flow *f = kernel(state);
    uint64_t image = ones ? ALL_FLAGS & ~RFLAGS_VM : RFLAGS_FIXED;
    uint64_t old = RFLAGS_FIXED | (ones ? 0 : ALL_FLAGS & ~(RFLAGS_VM | RFLAGS_NT | RFLAGS_RF));
    fake_map(f->memory, &f->cpu, 0x700000, FAKE_RW | FAKE_US);
    flow_set_ring(f, cpl);
    f->cpu.general[4] = 0x700100;
    f->cpu.rflags = (old & ~RFLAGS_IOPL) | (uint64_t)iopl << RFLAGS_IOPL_SHIFT;
    flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, ring, FLOW_CODE));
    flow_descriptor(f, FLOW_SPARE_2, FLOW_TYPE(1, ring, FLOW_DATA));
    FLOW_PUT(f, wide ? 4 : 2, 0x1000, FLOW_SPARE | ring, image, 0x2000, FLOW_SPARE_2 | ring);
    assert_int_equal(wide ? FLOW_PERFORM(f, IRET) : FLOW_PERFORM(f, IRETW), RS_COMPLETED);
    uint64_t mask = loaded_flags(cpl, iopl, wide);
    assert_int_equal(f->out.after.rflags, (f->cpu.rflags & ~mask) | (image & mask) | RFLAGS_FIXED);
    assert_int_equal(f->out.after.cpl, ring);
  }
}

/* --- The code segment --- */

static void a_null_return_selector_raises_gp_0(void **state) {
  for (uint64_t selector = 0; selector < 4; selector++) {
    struct flow *f = returning(state, 0, selector, RFLAGS_FIXED, 0, FAKE_USER_SS);
    FLOW_PERFORM(f, IRET);
    flow_refused(f, VECTOR_GP, 0, RS_CHECK_RETURN_SELECTOR_NOT_NULL);
  }
}

static void a_return_selector_outside_its_table_raises_gp_with_it(void **state) {
  struct flow *f = returning(state, 0, 0x83, RFLAGS_FIXED, 0, FAKE_USER_SS);
  FLOW_PERFORM(f, IRET);
  flow_refused(f, VECTOR_GP, 0x80, RS_CHECK_SELECTOR_WITHIN_GDT);
  f = returning(state, 0, 0x1007, RFLAGS_FIXED, 0, FAKE_USER_SS);
  FLOW_PERFORM(f, IRET);
  flow_refused(f, VECTOR_GP, 0x1004, RS_CHECK_SELECTOR_WITHIN_LDT);
}

static void expect_code(struct flow *f, unsigned byte, unsigned rpl, unsigned cpl) {
  unsigned dpl = byte >> 5 & 3;
  bool conforming = byte & SEGMENT_CONFORMING;
  if ((byte & 0x18) != 0x18)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_RETURN_IS_CODE);
  else if (rpl < cpl)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_RETURN_NOT_INWARD);
  else if (conforming && dpl > rpl)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_RETURN_CONFORMING_DPL);
  else if (!conforming && dpl != rpl)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_RETURN_DPL);
  else if (!(byte & 0x80))
    flow_refused(f, VECTOR_NP, FLOW_SPARE, RS_CHECK_RETURN_PRESENT);
  else
    assert_int_equal(f->out.after.cpl, rpl);
}

static void every_return_segment_is_admitted_or_refused_as_its_bits_say(void **state) {
  struct flow *f = kernel(state);
  const struct rs_cpu cpu = f->cpu;
  fake_map(f->memory, &f->cpu, 0x700000, FAKE_RW | FAKE_US);
  for (unsigned byte = 0; byte < 256; byte++)
    for (unsigned rpl = 0; rpl < 4; rpl++)
      for (unsigned cpl = 0; cpl < 4; cpl++) {
        f->cpu = cpu;
        flow_set_ring(f, cpl);
        f->cpu.general[4] = 0x700100;
        flow_descriptor(f, FLOW_SPARE, byte);
        flow_descriptor(f, FLOW_SPARE_2, FLOW_TYPE(1, rpl, FLOW_DATA));
        FLOW_PUT(f, 4, 0x1000, FLOW_SPARE | rpl, RFLAGS_FIXED, 0, FLOW_SPARE_2 | rpl);
        FLOW_PERFORM(f, IRET);
        expect_code(f, byte, rpl, cpl);
      }
}

static void a_return_address_beyond_the_limit_raises_gp_0(void **state) {
  for (unsigned outer = 0; outer < 2; outer++)
    for (unsigned beyond = 0; beyond < 2; beyond++) {
      unsigned ring = outer ? 3 : 0;
      struct flow *f = returning(state, 0x1000 + beyond, FLOW_SPARE | ring, RFLAGS_FIXED, 0, FAKE_USER_SS);
      fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE,
                   fake_descriptor(0, 0x1000, FLOW_TYPE(1, ring, FLOW_CODE) | SEGMENT_DB));
      FLOW_PERFORM(f, IRET);
      if (beyond)
        flow_refused(f, VECTOR_GP, 0, RS_CHECK_RETURN_WITHIN_LIMIT);
      else
        assert_int_equal(f->out.after.rip, 0x1000);
    }
}

/* --- The stack segment --- */

static void a_null_return_stack_raises_gp_0(void **state) {
  for (uint64_t selector = 0; selector < 4; selector++) {
    struct flow *f = returning(state, 0, FAKE_USER_CS32, RFLAGS_FIXED, 0, selector);
    FLOW_PERFORM(f, IRET);
    flow_refused(f, VECTOR_GP, 0, RS_CHECK_RETURN_NULL_STACK);
  }
}

static void expect_stack(struct flow *f, unsigned byte, unsigned rpl) {
  if (rpl != 3)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_STACK_SELECTOR_RPL);
  else if ((byte >> 5 & 3) != 3)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_STACK_DPL);
  else if ((byte & 0x1a) != 0x12)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_STACK_IS_WRITABLE_DATA);
  else if (!(byte & 0x80))
    flow_refused(f, VECTOR_SS, FLOW_SPARE, RS_CHECK_STACK_PRESENT);
  else
    assert_int_equal(f->out.outcome, RS_COMPLETED);
}

static void every_return_stack_is_admitted_or_refused_as_its_bits_say(void **state) {
  struct flow *f = kernel(state);
  const struct rs_cpu cpu = f->cpu;
  for (unsigned byte = 0; byte < 256; byte++)
    for (unsigned rpl = 0; rpl < 4; rpl++) {
      f->cpu = cpu;
      flow_descriptor(f, FLOW_SPARE, byte);
      FLOW_PUT(f, 4, 0x1000, FAKE_USER_CS32, RFLAGS_FIXED, 0, FLOW_SPARE | rpl);
      FLOW_PERFORM(f, IRET);
      expect_stack(f, byte, rpl);
    }
}

static void the_frame_must_lie_within_the_stack_limit(void **state) {
  struct flow *f = returning_to_user(state);
  uint32_t top = (uint32_t)FAKE_KERNEL_STACK - 1;
  static const struct {
    uint32_t short_by;
    bool completes;
  } rows[] = { { 0, true }, { 1, false }, { 8, false }, { 9, false } };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)].limit = top - rows[i].short_by;
    FLOW_PERFORM(f, IRET);
    if (!rows[i].completes)
      flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_HOLDS);
    else
      assert_int_equal(f->out.outcome, RS_COMPLETED);
  }
}

static void a_pop_from_a_missing_page_raises_pf(void **state) {
  struct flow *f = kernel(state);
  f->cpu.general[4] = FAKE_KERNEL_STACK - 8;
  fake_poke(f->memory, &f->cpu, f->cpu.general[4], 4, 0x1000);
  FLOW_PERFORM(f, IRET);
  assert_int_equal(f->out.fault.vector, VECTOR_PF);
  assert_int_equal(f->out.fault.cr2, FAKE_KERNEL_STACK);
}

/* --- Data segments --- */

/* What an outer ring may keep: readable segments of its own privilege, and conforming code. */
static bool keeps(const struct rs_segment *s, unsigned ring) {
  bool conforming_code = (s->attributes & 0x1c) == 0x1c;
  return !selector_is_null(s->selector) && (conforming_code || segment_dpl(s) >= ring);
}

static void data_segments_that_the_outer_ring_may_not_use_become_null(void **state) {
  static const enum rs_register data[] = { RS_ES, RS_DS, RS_FS, RS_GS };
  for (unsigned type = 0x10; type < 0x20; type++)
    for (unsigned dpl = 0; dpl < 4; dpl++)
      for (unsigned i = 0; i < 4; i++) {
        struct flow *f = returning_to_user(state);
        struct rs_segment *s = &f->cpu.segment[RS_SEGMENT_INDEX(data[i])];
        *s = (struct rs_segment){ FLOW_SPARE, FLOW_TYPE(1, dpl, type), 0xffff, 0x1230 };
        assert_int_equal(FLOW_PERFORM(f, IRET), RS_COMPLETED);
        const struct rs_segment *after = &f->out.after.segment[RS_SEGMENT_INDEX(data[i])];
        assert_int_equal(after->selector, keeps(s, 3) ? FLOW_SPARE : 0);
        assert_int_equal((after->attributes & SEGMENT_UNUSABLE) != 0, !keeps(s, 3));
        assert_int_equal(after->base, 0x1230);
      }
}

static void a_null_data_selector_loses_its_rpl_on_the_way_out(void **state) {
  struct flow *f = returning_to_user(state);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_FS)] = segment_null(3, 0);
  assert_int_equal(FLOW_PERFORM(f, IRET), RS_COMPLETED);
  assert_int_equal(SEGMENT_AFTER(f, FS)->selector, 0);
}

static void data_segments_stay_within_a_ring(void **state) {
  struct flow *f = kernel(state);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_FS)] = segment_null(3, 0);
  FLOW_PUT(f, 4, 0x1234, FAKE_KERNEL_CS, RFLAGS_FIXED);
  assert_int_equal(FLOW_PERFORM(f, IRET), RS_COMPLETED);
  flow_assert_flat(f, SEGMENT_AFTER(f, DS), FAKE_KERNEL_SS);
  assert_int_equal(SEGMENT_AFTER(f, FS)->selector, 3);
}

/* --- NMIs, shadows --- */

static void iret_ends_the_blocking_of_nmis_even_when_it_faults(void **state) {
  struct flow *f = returning_to_user(state);
  f->cpu.nmi_blocked = true;
  f->cpu.interrupt_shadow = RS_SHADOW_MOV_SS;
  assert_int_equal(FLOW_PERFORM(f, IRET), RS_COMPLETED);
  assert_false(f->out.after.nmi_blocked);
  assert_int_equal(f->out.after.interrupt_shadow, RS_SHADOW_NONE);
  f = returning(state, 0, 0, RFLAGS_FIXED, 0, 0);
  f->cpu.nmi_blocked = true;
  assert_int_equal(FLOW_PERFORM(f, IRET), RS_FAULTED);
  assert_false(f->out.after.nmi_blocked);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(iret_to_ring_3_restores_the_five_words),
    CLAIM(iret_within_a_ring_pops_three_words),
    CLAIM(iret_undoes_what_int_did),
    CLAIM(a_16_bit_iret_pops_words),
    CLAIM(a_return_to_a_16_bit_stack_loads_sp_alone),
    CLAIM(accessed_bits_are_set_when_the_return_succeeds),
    CLAIM(which_flags_iret_loads_depends_on_cpl_and_iopl),
    CLAIM(a_null_return_selector_raises_gp_0),
    CLAIM(a_return_selector_outside_its_table_raises_gp_with_it),
    CLAIM(every_return_segment_is_admitted_or_refused_as_its_bits_say),
    CLAIM(a_return_address_beyond_the_limit_raises_gp_0),
    CLAIM(a_null_return_stack_raises_gp_0),
    CLAIM(every_return_stack_is_admitted_or_refused_as_its_bits_say),
    CLAIM(the_frame_must_lie_within_the_stack_limit),
    CLAIM(a_pop_from_a_missing_page_raises_pf),
    CLAIM(data_segments_that_the_outer_ring_may_not_use_become_null),
    CLAIM(a_null_data_selector_loses_its_rpl_on_the_way_out),
    CLAIM(data_segments_stay_within_a_ring),
    CLAIM(iret_ends_the_blocking_of_nmis_even_when_it_faults),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

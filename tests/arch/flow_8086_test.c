/* Claims about interrupts and IRET in real-address and virtual-8086 mode [SDM3 "8086 Emulation"]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/flow.h"
#include "arch/segment.h"

#define IRET "\xcf"
#define IRETD "\x66\xcf"

enum { VECTOR = FLOW_HANDLER_VECTOR, STACK_SEGMENT = 0x1000, CODE_SEGMENT = 0x2000 };

static void set_segments(struct flow *f) {
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    f->cpu.segment[i] = segment_of_v86((uint16_t)(0x3000 + 0x100 * i));
  f->cpu.segment[RS_SEGMENT_INDEX(RS_CS)] = segment_of_v86(CODE_SEGMENT);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)] = segment_of_v86(STACK_SEGMENT);
  f->cpu.rip = 0x100;
  f->cpu.general[4] = 0x200;
}

static struct flow *real_mode(void **state) {
  struct flow *f = *state;
  flow_enter(f, FLOW_PROTECTED, RS_CPU_INTEL);
  f->cpu.cr0 &= ~(CR0_PE | CR0_PG);
  f->cpu.idtr = (struct rs_table_register){ 0, 0x3ff };
  set_segments(f);
  for (uint64_t page = 0; page < 0x21; page++)
    fake_write(f->memory, page * GUEST_PAGE_SIZE, 1, 0);
  fake_poke(f->memory, &f->cpu, VECTOR * 4, 4, 0xf0001234);
  return f;
}

static struct flow *v86(void **state, unsigned iopl) {
  struct flow *f = *state;
  flow_enter(f, FLOW_PROTECTED, RS_CPU_INTEL);
  fake_map(f->memory, &f->cpu, STACK_SEGMENT << 4, FAKE_RW | FAKE_US);
  set_segments(f);
  f->cpu.cpl = 3;
  f->cpu.rflags = RFLAGS_FIXED | RFLAGS_IF | RFLAGS_VM | (uint64_t)iopl << RFLAGS_IOPL_SHIFT;
  return f;
}

/* --- Real-address mode --- */

static void a_real_mode_interrupt_pushes_three_words_and_clears_if_tf_ac(void **state) {
  struct flow *f = real_mode(state);
  f->cpu.rflags |= RFLAGS_TF | RFLAGS_AC | RFLAGS_CF | RFLAGS_NT;
  uint64_t flags = f->cpu.rflags;
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  FLOW_FRAME(f, 2, 0x102, CODE_SEGMENT, flags & 0xffff);
  assert_int_equal(f->cpu.rip, 0x1234);
  assert_int_equal(SEGMENT_AFTER(f, CS)->selector, 0xf000);
  assert_int_equal(SEGMENT_AFTER(f, CS)->base, 0xf0000);
  assert_int_equal(f->cpu.rflags, RFLAGS_FIXED | RFLAGS_CF | RFLAGS_NT);
  assert_int_equal(f->cpu.general[4], 0x200 - 6);
}

static void real_mode_has_no_error_codes(void **state) {
  struct flow *f = real_mode(state);
  fake_poke(f->memory, &f->cpu, VECTOR_GP * 4, 4, 0xf0001234);
  assert_int_equal(flow_exception(f, VECTOR_GP, 0x55), RS_COMPLETED);
  FLOW_FRAME(f, 2, 0x100, CODE_SEGMENT);
  assert_int_equal(f->cpu.general[4], 0x200 - 6);
  f = real_mode(state);
  f->cpu.idtr.limit = VECTOR * 4 + 2;
  flow_int(f, VECTOR);
  flow_refused_plain(f, VECTOR_GP, RS_CHECK_GATE_WITHIN_IDT);
  f->cpu.idtr.limit++;
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  f->cpu.general[4] = 1;
  flow_int(f, VECTOR);
  flow_refused_plain(f, VECTOR_SS, RS_CHECK_STACK_HAS_ROOM);
}

static void the_real_mode_stack_wraps_at_64_kib(void **state) {
  struct flow *f = real_mode(state);
  f->cpu.general[4] = 2;
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  assert_int_equal(AFTER(f, RSP), 0xfffc);
}

static void iret_undoes_a_real_mode_interrupt(void **state) {
  struct flow *f = real_mode(state);
  struct rs_cpu before = f->cpu;
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  flow_commit(f);
  assert_int_equal(FLOW_PERFORM(f, IRET), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, before.rip + 2);
  assert_int_equal(f->out.after.rflags, before.rflags);
  assert_int_equal(AFTER(f, RSP), before.general[4]);
  assert_int_equal(SEGMENT_AFTER(f, CS)->base, CODE_SEGMENT << 4);
}

/* [SDM2 "IRET/IRETD/IRETQ"]: (tempEFLAGS AND 257FD5H) OR (EFLAGS AND 1A0000H) */
static void a_32_bit_iret_in_real_mode_keeps_vm_vif_and_vip(void **state) {
  struct flow *f = real_mode(state);
  FLOW_PUT(f, 4, 0x4321, 0xabcd, UINT32_MAX);
  assert_int_equal(FLOW_PERFORM(f, IRETD), RS_COMPLETED);
  assert_int_equal(f->out.after.rflags, 0x257fd5 | RFLAGS_FIXED);
  assert_int_equal(SEGMENT_AFTER(f, CS)->selector, 0xabcd);
  FLOW_PUT(f, 4, 0x10000, 0xabcd, UINT32_MAX);
  FLOW_PERFORM(f, IRETD);
  flow_refused_plain(f, VECTOR_GP, RS_CHECK_RETURN_WITHIN_LIMIT);
}

/* --- Virtual-8086 mode, out and in --- */

static void interrupted_v86_code_has_nine_words_pushed_and_data_segments_nulled(void **state) {
  struct flow *f = v86(state, 3);
  uint64_t flags = f->cpu.rflags |= RFLAGS_TF | RFLAGS_NT;
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  FLOW_FRAME(f, 4, 0x102, CODE_SEGMENT, flags, 0x200, STACK_SEGMENT, 0x3000, 0x3300, 0x3400, 0x3500);
  assert_int_equal(f->cpu.general[4], FLOW_STACK(0) - 36);
  assert_int_equal(f->cpu.rflags, RFLAGS_FIXED | RFLAGS_IOPL);
  assert_int_equal(f->cpu.cpl, 0);
  flow_assert_flat(f, SEGMENT_AFTER(f, CS), FAKE_KERNEL_CS);
  flow_assert_segment(SEGMENT_AFTER(f, DS), 0, SEGMENT_UNUSABLE, 0, 0);
  flow_assert_segment(SEGMENT_AFTER(f, ES), 0, SEGMENT_UNUSABLE, 0, 0);
  flow_assert_segment(SEGMENT_AFTER(f, FS), 0, SEGMENT_UNUSABLE, 0, 0);
  flow_assert_segment(SEGMENT_AFTER(f, GS), 0, SEGMENT_UNUSABLE, 0, 0);
}

static void the_handler_of_v86_code_must_be_nonconforming_ring_0(void **state) {
  for (unsigned dpl = 0; dpl < 4; dpl++)
    for (unsigned conforming = 0; conforming < 2; conforming++) {
      struct flow *f = v86(state, 3);
      flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, dpl, FLOW_CODE | (conforming ? SEGMENT_CONFORMING : 0)));
      flow_gate(f, VECTOR, FLOW_SPARE, FAKE_KERNEL_CODE, FLOW_TYPE(1, 3, SYSTEM_INTERRUPT_GATE));
      flow_int(f, VECTOR);
      if (dpl || conforming)
        flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_V86_HANDLER_RING_0);
      else
        assert_int_equal(f->out.outcome, RS_COMPLETED);
    }
}

static void int_n_in_v86_mode_needs_iopl_3_and_int3_does_not(void **state) {
  for (unsigned iopl = 0; iopl < 4; iopl++) {
    struct flow *f = v86(state, iopl);
    flow_gate(f, VECTOR_BP, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, FLOW_TYPE(1, 3, SYSTEM_INTERRUPT_GATE));
    flow_int(f, VECTOR);
    if (iopl < 3)
      flow_refused(f, VECTOR_GP, 0, RS_CHECK_V86_SOFTWARE_INT_IOPL);
    else
      assert_int_equal(f->out.outcome, RS_COMPLETED);
    assert_int_equal(FLOW_PERFORM(f, "\xcc"), RS_COMPLETED);
  }
}

static void the_inner_stack_needs_room_for_the_frame_of_v86_code(void **state) {
  for (uint32_t room = 35; room < 37; room++) {
    struct flow *f = v86(state, 3);
    fake_map(f->memory, &f->cpu, 0, FAKE_RW);
    flow_set_stack_pointer(f, 0, room);
    flow_int(f, VECTOR);
    if (room < 36)
      flow_refused(f, VECTOR_SS, FAKE_KERNEL_SS, RS_CHECK_STACK_HAS_ROOM);
    else
      assert_int_equal(f->out.outcome, RS_COMPLETED);
  }
}

/* [SDM3 "Entering Virtual-8086 Mode"] */
static void iret_from_ring_0_with_vm_set_enters_v86_mode(void **state) {
  struct flow *f = *state;
  flow_enter(f, FLOW_PROTECTED, RS_CPU_INTEL);
  FLOW_PUT(f, 4, 0x100, CODE_SEGMENT, RFLAGS_VM | RFLAGS_IOPL | RFLAGS_IF, 0xfffe, STACK_SEGMENT, 0x3000,
           0x3300, 0x3400, 0x3500);
  assert_int_equal(FLOW_PERFORM(f, IRET), RS_COMPLETED);
  assert_int_equal(f->out.after.rflags, RFLAGS_FIXED | RFLAGS_VM | RFLAGS_IOPL | RFLAGS_IF);
  assert_int_equal(f->out.after.cpl, 3);
  assert_int_equal(f->out.after.rip, 0x100);
  assert_int_equal(AFTER(f, RSP), 0xfffe);
  static const uint16_t selectors[] = { 0x3000, CODE_SEGMENT, STACK_SEGMENT, 0x3300, 0x3400, 0x3500 };
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    flow_assert_segment(&f->out.after.segment[i], selectors[i], 0xf3, 0xffff, (uint64_t)selectors[i] << 4);
}

static void entering_v86_mode_needs_a_16_bit_ip_and_nine_words(void **state) {
  struct flow *f = *state;
  flow_enter(f, FLOW_PROTECTED, RS_CPU_INTEL);
  FLOW_PUT(f, 4, 0x10000, CODE_SEGMENT, RFLAGS_VM, 0, 0, 0, 0, 0, 0);
  FLOW_PERFORM(f, IRET);
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_RETURN_WITHIN_LIMIT);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)].limit = FAKE_KERNEL_STACK - 2;
  FLOW_PERFORM(f, IRET);
  flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_HOLDS);
}

static void only_ring_0_enters_v86_mode(void **state) {
  for (unsigned cpl = 1; cpl < 4; cpl++) {
    struct flow *f = *state;
    flow_enter(f, FLOW_PROTECTED, RS_CPU_INTEL);
    fake_map(f->memory, &f->cpu, 0x700000, FAKE_RW | FAKE_US);
    flow_set_ring(f, cpl);
    f->cpu.general[4] = 0x700100;
    flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, cpl, FLOW_CODE));
    FLOW_PUT(f, 4, 0x100, FLOW_SPARE | cpl, RFLAGS_VM, 0, 0, 0, 0, 0, 0);
    assert_int_equal(FLOW_PERFORM(f, IRET), RS_COMPLETED);
    assert_false(f->out.after.rflags & RFLAGS_VM);
    assert_int_equal(f->out.after.cpl, cpl);
  }
}

static void iret_in_v86_mode_needs_iopl_3_and_keeps_iopl(void **state) {
  for (unsigned iopl = 0; iopl < 4; iopl++) {
    struct flow *f = v86(state, iopl);
    FLOW_PUT(f, 2, 0x4321, 0xabcd, RFLAGS_CF);
    FLOW_PERFORM(f, IRET);
    if (iopl < 3) {
      flow_refused(f, VECTOR_GP, 0, RS_CHECK_IRET_V86_IOPL);
      continue;
    }
    assert_int_equal(f->out.after.rflags, RFLAGS_FIXED | RFLAGS_VM | RFLAGS_IOPL | RFLAGS_CF);
    flow_assert_segment(SEGMENT_AFTER(f, CS), 0xabcd, 0xf3, 0xffff, 0xabcd0);
    assert_int_equal(f->out.after.rip, 0x4321);
  }
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(a_real_mode_interrupt_pushes_three_words_and_clears_if_tf_ac),
    CLAIM(real_mode_has_no_error_codes),
    CLAIM(the_real_mode_stack_wraps_at_64_kib),
    CLAIM(iret_undoes_a_real_mode_interrupt),
    CLAIM(a_32_bit_iret_in_real_mode_keeps_vm_vif_and_vip),
    CLAIM(interrupted_v86_code_has_nine_words_pushed_and_data_segments_nulled),
    CLAIM(the_handler_of_v86_code_must_be_nonconforming_ring_0),
    CLAIM(int_n_in_v86_mode_needs_iopl_3_and_int3_does_not),
    CLAIM(the_inner_stack_needs_room_for_the_frame_of_v86_code),
    CLAIM(iret_from_ring_0_with_vm_set_enters_v86_mode),
    CLAIM(entering_v86_mode_needs_a_16_bit_ip_and_nine_words),
    CLAIM(only_ring_0_enters_v86_mode),
    CLAIM(iret_in_v86_mode_needs_iopl_3_and_keeps_iopl),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Claims about #AC for what transitions access on behalf of a program in ring 3 [SDM3 "Interrupt 17—Alignment
 * Check Exception (#AC)"], and that the processor's own accesses never raise it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/flow.h"

enum { SP = RS_RSP - RS_RAX, DI = RS_RDI - RS_RAX };

/* Ring 3 that wants alignment checked, at IOPL 3, its stack and RDI `off` bytes from aligned. */
static struct flow *user(void **state, enum flow_mode mode, unsigned off) {
  struct flow *f = *state;
  flow_enter_user(f, mode);
  f->cpu.cr0 |= CR0_AM;
  f->cpu.rflags |= RFLAGS_AC | RFLAGS_IOPL;
  f->cpu.general[SP] = FAKE_USER_STACK - 64 + off;
  f->cpu.general[DI] = FAKE_USER_STACK - 128 + off;
  return f;
}

static void assert_alignment(struct flow *f, enum rs_outcome outcome, bool refused) {
  if (refused)
    flow_refused(f, VECTOR_AC, 0, RS_CHECK_ALIGNED);
  else
    assert_false(outcome == RS_FAULTED && f->out.fault.vector == VECTOR_AC);
}

static const struct alignment_case {
  const char *code;
  uint8_t length, in_64, in_32; /* 0: not there */
} cases[] = {
  { "\x9c", 1, 8, 4 },             /* pushf */
  { "\x9d", 1, 8, 4 },             /* popf */
  { "\x66\x9c", 2, 2, 2 },         /* pushf, 16 bits */
  { "\xcf", 1, 4, 4 },             /* iret, 32 bits */
  { "\x48\xcf", 2, 8, 0 },         /* iretq */
  { "\xcb", 1, 4, 4 },             /* ret far */
  { "\x8e\x1f", 2, 2, 2 },         /* mov ds, [rdi] */
  { "\x0f\x01\x07", 3, 4, 4 },     /* sgdt [rdi] */
  { "\x0f\x02\x07", 3, 2, 2 },     /* lar eax, [rdi] */
  { "\x0f\xb4\x07", 3, 4, 4 },     /* lfs eax, [rdi] */
  { "\x66\x0f\xb4\x07", 4, 2, 2 }, /* lfs ax, [rdi] */
  { "\xff\x2f", 2, 4, 4 },         /* jmp far [rdi] */
  { "\x6d", 1, 4, 4 },             /* insd */
  { "\x66\x6d", 2, 2, 2 },         /* insw */
  { "\x6c", 1, 1, 1 },             /* insb */
};

static void each_operand_has_its_own_alignment(void **state) {
  for (enum flow_mode mode = FLOW_PROTECTED; mode <= FLOW_LONG; mode++) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      unsigned alignment = mode == FLOW_LONG ? cases[i].in_64 : cases[i].in_32;
      for (unsigned off = 0; alignment > 1 && off < 8; off++) {
        struct flow *f = user(state, mode, off);
        enum rs_outcome outcome = flow_perform_bytes(f, cases[i].code, cases[i].length);
        assert_alignment(f, outcome, off % alignment != 0);
      }
    }
  }
}

static void it_takes_ring_3_and_both_bits(void **state) {
  for (unsigned bits = 0; bits < 8; bits++) {
    struct flow *f = user(state, FLOW_LONG, 1);
    if (!(bits & 1)) flow_set_ring(f, 0);
    if (!(bits & 1)) f->cpu.general[SP] = FAKE_KERNEL_STACK - 63;
    if (!(bits & 2)) f->cpu.cr0 &= ~CR0_AM;
    if (!(bits & 4)) f->cpu.rflags &= ~RFLAGS_AC;
    enum rs_outcome outcome = FLOW_PERFORM(f, "\x9c");
    assert_int_equal(outcome, bits == 7 ? RS_FAULTED : RS_COMPLETED);
    assert_alignment(f, outcome, bits == 7);
  }
}

static void the_stack_of_an_inner_ring_is_the_processors_own(void **state) {
  struct flow *f = user(state, FLOW_PROTECTED, 1);
  flow_set_stack_pointer(f, 0, FLOW_STACK(0) - 1);
  assert_int_equal(flow_int(f, FLOW_HANDLER_VECTOR), RS_COMPLETED);
  assert_int_equal(f->out.after.general[SP] % 4, 3);
}

static void descriptor_tables_may_lie_anywhere(void **state) {
  struct flow *f = user(state, FLOW_LONG, 0);
  const struct rs_segment *ds = &f->cpu.segment[RS_SEGMENT_INDEX(RS_DS)];
  uint16_t selector = ds->selector;
  uint64_t low = fake_peek(f->memory, &f->cpu, f->cpu.gdtr.base + (selector & SELECTOR_INDEX), 8);
  f->cpu.gdtr.base += 1;
  fake_poke(f->memory, &f->cpu, f->cpu.gdtr.base + (selector & SELECTOR_INDEX), 8, low);
  f->cpu.general[0] = selector;
  enum rs_outcome outcome = FLOW_PERFORM(f, "\x8e\xd8");
  assert_int_equal(outcome, RS_COMPLETED);
}

static void the_segment_is_checked_before_the_alignment(void **state) {
  struct flow *f = user(state, FLOW_LONG, 0);
  f->cpu.general[SP] = UINT64_C(0x800000000001);
  assert_int_equal(FLOW_PERFORM(f, "\x9d"), RS_FAULTED);
  flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_CANONICAL);
}

static void the_alignment_is_checked_before_the_page(void **state) {
  struct flow *f = user(state, FLOW_LONG, 0);
  f->cpu.general[SP] = UINT64_C(0x700000000001); /* nothing is mapped there */
  assert_int_equal(FLOW_PERFORM(f, "\x9d"), RS_FAULTED);
  flow_refused(f, VECTOR_AC, 0, RS_CHECK_ALIGNED);
}

static void an_attempt_tells_the_address(void **state) {
  struct flow *f = user(state, FLOW_LONG, 0);
  const struct guest_memory memory = fake_memory_guest(f->memory);
  assert_int_equal(alignment_attempt(&f->cpu, &memory, 0x1003, 4, &f->out), RS_FAULTED);
  flow_refused(f, VECTOR_AC, 0, RS_CHECK_ALIGNED);
  assert_int_equal(f->out.step[f->out.fault.check].operand[0], 0x1003);
  assert_int_equal(f->out.step[f->out.fault.check].operand[1], 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_operand_has_its_own_alignment),
    cmocka_unit_test(it_takes_ring_3_and_both_bits),
    cmocka_unit_test(the_stack_of_an_inner_ring_is_the_processors_own),
    cmocka_unit_test(descriptor_tables_may_lie_anywhere),
    cmocka_unit_test(the_segment_is_checked_before_the_alignment),
    cmocka_unit_test(the_alignment_is_checked_before_the_page),
    cmocka_unit_test(an_attempt_tells_the_address),
  };
  return cmocka_run_group_tests(tests, flow_setup, flow_teardown);
}

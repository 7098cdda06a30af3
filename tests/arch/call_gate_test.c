/* Claims about far JMP and far CALL through call gates [SDM3 "Call Gates"], and the far RET that comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/far_pointer.h"
#include "arch/instruction.h"

/* The gate stands at FLOW_SPARE; its target, where that is not the kernel's code, at FLOW_SPARE_2. */
#define GATE FLOW_SPARE
#define TARGET 0xc0008123
#define TARGET_64 UINT64_C(0xffff8000c0008123)

#define EACH_KIND(kind) for (unsigned kind = 0; kind < 2; kind++)

static const enum far_kind kinds[] = { FAR_JMP, FAR_CALL };

struct gate_row {
  uint8_t dpl, type, parameters;
  bool absent;
  uint16_t selector;
};

static void put_gate(struct flow *f, const struct gate_row *row) {
  bool wide = cpu_is_long_mode(&f->cpu);
  struct gate gate = { .type = row->type ? row->type : SYSTEM_CALL_GATE,
                       .dpl = row->dpl,
                       .present = !row->absent,
                       .parameters = row->parameters,
                       .selector = row->selector,
                       .offset = wide ? TARGET_64 : TARGET };
  uint64_t low, high;
  gate_encode(&gate, &low, &high);
  fake_gdt_set(f->memory, &f->cpu, GATE, low);
  if (wide) fake_gdt_set(f->memory, &f->cpu, GATE + 8, high);
}

static struct flow *with_gate(void **state, enum flow_mode mode, unsigned ring, struct gate_row row) {
  struct flow *f = *state;
  far_at_ring(f, mode, ring);
  if (!row.selector) row.selector = FAKE_KERNEL_CS;
  put_gate(f, &row);
  f->cpu.rflags |= RFLAGS_CF | RFLAGS_RF;
  return f;
}

#define OPEN_TO_ALL                                                                                          \
  (struct gate_row) {                                                                                        \
    .dpl = 3                                                                                                 \
  }

static uint32_t code_bits(enum flow_mode mode) {
  return FLOW_CODE | (mode == FLOW_LONG ? SEGMENT_L : SEGMENT_DB);
}

/* The offset of the pointer is ignored, so it is nonsense everywhere. */
static enum rs_outcome through(struct flow *f, enum far_kind kind, unsigned rpl) {
  return far_perform(f, kind, 0xdeadbeef, (uint16_t)(GATE | rpl));
}

/* --- The gate --- */

/* [SDM3 "Accessing a Code Segment Through a Call Gate"] */
static void gate_of_every_privilege(void **state, enum flow_mode mode) {
  for (unsigned i = 0; i < 4 * 4 * 4 * 2; i++) {
    unsigned cpl = i & 3, rpl = i >> 2 & 3, dpl = i >> 4 & 3;
    struct flow *f =
        with_gate(state, mode, cpl, (struct gate_row){ .dpl = (uint8_t)dpl, .selector = FLOW_SPARE_2 });
    flow_descriptor(f, FLOW_SPARE_2, FLOW_TYPE(1, 0, code_bits(mode) | SEGMENT_CONFORMING));
    through(f, kinds[i >> 6], rpl);
    if (dpl < cpl || dpl < rpl) {
      flow_refused(f, VECTOR_GP, GATE, RS_CHECK_FAR_SYSTEM_DPL);
      continue;
    }
    assert_int_equal(f->out.outcome, RS_COMPLETED);
    assert_int_equal(f->out.after.cpl, cpl);
    assert_int_equal(SEGMENT_AFTER(f, CS)->selector, FLOW_SPARE_2 | cpl);
    assert_int_equal(f->out.after.rip, mode == FLOW_LONG ? TARGET_64 : TARGET);
  }
}

static void a_gate_serves_its_dpl_and_the_rings_inside_it(void **state) {
  gate_of_every_privilege(state, FLOW_PROTECTED);
  gate_of_every_privilege(state, FLOW_LONG);
}

static void an_absent_gate_is_np_after_its_dpl(void **state) {
  EACH_KIND(kind) {
    struct flow *f = with_gate(state, FLOW_PROTECTED, 3, (struct gate_row){ .dpl = 3, .absent = true });
    through(f, kinds[kind], 3);
    flow_refused(f, VECTOR_NP, GATE, RS_CHECK_FAR_GATE_PRESENT);
    put_gate(f, &(struct gate_row){ .dpl = 2, .absent = true });
    through(f, kinds[kind], 3);
    flow_refused(f, VECTOR_GP, GATE, RS_CHECK_FAR_SYSTEM_DPL);
  }
}

/* --- Its code segment --- */

static void the_gate_must_name_code(void **state) {
  static const struct {
    uint16_t selector;
    uint32_t attributes; /* of FLOW_SPARE_2 */
    uint8_t vector;
    enum rs_check check;
  } rows[] = {
    { 0x0003, 0, VECTOR_GP, RS_CHECK_CALL_GATE_CODE_NOT_NULL },
    { 0x0083, 0, VECTOR_GP, RS_CHECK_SELECTOR_WITHIN_GDT },
    { 0x1004, 0, VECTOR_GP, RS_CHECK_SELECTOR_WITHIN_LDT },
    { FLOW_SPARE_2, FLOW_TYPE(1, 0, FLOW_DATA), VECTOR_GP, RS_CHECK_CALL_GATE_IS_TO_CODE },
    { FLOW_SPARE_2, FLOW_TYPE(1, 0, SYSTEM_CALL_GATE), VECTOR_GP, RS_CHECK_CALL_GATE_IS_TO_CODE },
    { FLOW_SPARE_2, FLOW_TYPE(0, 0, FLOW_CODE), VECTOR_NP, RS_CHECK_FAR_CODE_PRESENT },
    { FLOW_SPARE_2, FLOW_TYPE(0, 0, FLOW_CODE | SEGMENT_CONFORMING), VECTOR_NP, RS_CHECK_FAR_CODE_PRESENT },
  };
  for (unsigned i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
    struct flow *f = with_gate(state, FLOW_PROTECTED, 0, OPEN_TO_ALL);
    flow_descriptor(f, FLOW_SPARE_2, rows[i / 2].attributes);
    put_gate(f, &(struct gate_row){ .dpl = 3, .selector = rows[i / 2].selector });
    through(f, kinds[i & 1], 0);
    flow_refused(f, rows[i / 2].vector, selector_error(rows[i / 2].selector), rows[i / 2].check);
  }
}

/* [SDM3 "Accessing a Code Segment Through a Call Gate"]: CALL leads inward, JMP stays, nothing leads outward;
 * the RPL in the gate is not looked at. */
static void target_of_every_privilege(void **state, enum flow_mode mode) {
  for (unsigned i = 0; i < 4 * 4 * 2 * 2; i++) {
    unsigned cpl = i & 3, dpl = i >> 2 & 3, conforming = i >> 4 & 1, call = i >> 5;
    struct flow *f = with_gate(state, mode, cpl, OPEN_TO_ALL);
    uint32_t type = code_bits(mode) | (conforming ? SEGMENT_CONFORMING : 0);
    bool allowed = conforming || call ? dpl <= cpl : dpl == cpl;
    unsigned ring = conforming ? cpl : dpl;
    flow_descriptor(f, FLOW_SPARE_2, FLOW_TYPE(1, dpl, type));
    put_gate(f, &(struct gate_row){ .dpl = 3, .selector = FLOW_SPARE_2 | 3 });
    through(f, call ? FAR_CALL : FAR_JMP, 0);
    if (!allowed) {
      flow_refused(f, VECTOR_GP, FLOW_SPARE_2,
                   call         ? RS_CHECK_CALL_GATE_CODE_DPL
                   : conforming ? RS_CHECK_FAR_CONFORMING_DPL
                                : RS_CHECK_FAR_CODE_DPL);
      continue;
    }
    assert_int_equal(f->out.outcome, RS_COMPLETED);
    assert_int_equal(f->out.after.cpl, ring);
    assert_int_equal(SEGMENT_AFTER(f, CS)->selector, FLOW_SPARE_2 | ring);
    assert_int_equal(segment_dpl(SEGMENT_AFTER(f, SS)), ring);
    assert_int_equal(f->out.after.rflags, f->cpu.rflags & ~RFLAGS_RF);
    if (!call) assert_int_equal(AFTER(f, RSP), f->cpu.general[4]);
  }
}

static void only_call_leads_inward_and_nothing_leads_outward(void **state) {
  target_of_every_privilege(state, FLOW_PROTECTED);
  target_of_every_privilege(state, FLOW_LONG);
}

static void the_gates_offset_must_lie_within_the_limit(void **state) {
  for (unsigned ring = 0; ring < 4; ring += 3) {
    struct flow *f = with_gate(state, FLOW_PROTECTED, ring, (struct gate_row){ .dpl = 3, .selector = 0x7b });
    fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE_2,
                 fake_descriptor(0, 0xc0007fff, FLOW_TYPE(1, 0, FLOW_CODE) | SEGMENT_DB | SEGMENT_G));
    through(f, FAR_CALL, ring);
    flow_refused(f, VECTOR_GP, 0, RS_CHECK_FAR_WITHIN_LIMIT);
  }
}

/* --- Stacks --- */

static void within_a_ring_the_gates_size_decides_the_frame(void **state) {
  struct flow *f = with_gate(state, FLOW_PROTECTED, 0, (struct gate_row){ .parameters = 31 });
  assert_int_equal(through(f, FAR_CALL, 0), RS_COMPLETED);
  FLOW_FRAME(f, 4, FAKE_KERNEL_CODE + 7, FAKE_KERNEL_CS); /* no parameters are copied */
  assert_int_equal(f->cpu.general[4], FAKE_KERNEL_STACK - 8);
  f = with_gate(state, FLOW_PROTECTED, 0, (struct gate_row){ .type = SYSTEM_CALL_GATE_16 });
  assert_int_equal(through(f, FAR_CALL, 0), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, TARGET & 0xffff); /* the upper word of a 286 gate is ignored */
  FLOW_FRAME(f, 2, (FAKE_KERNEL_CODE + 7) & 0xffff, FAKE_KERNEL_CS);
  assert_int_equal(f->cpu.general[4], FAKE_KERNEL_STACK - 4);
}

static void parameters_are_copied(void **state, uint8_t type, unsigned word) {
  for (uint8_t count = 0; count < 32; count++) {
    struct flow *f =
        with_gate(state, FLOW_PROTECTED, 3, (struct gate_row){ .dpl = 3, .type = type, .parameters = count });
    uint64_t mask = word == 2 ? 0xffff : UINT32_MAX, frame[4 + 31];
    uint64_t parameters[31];
    for (unsigned i = 0; i < 31; i++)
      parameters[i] = (0x10001U * (i + 1)) & mask;
    flow_put_words(f, word, 31, parameters);
    assert_int_equal(through(f, FAR_CALL, 3), RS_COMPLETED);
    assert_int_equal(AFTER(f, RSP), FLOW_STACK(0) - word * (4U + count));
    flow_assert_flat(f, SEGMENT_AFTER(f, SS), FAKE_KERNEL_SS);
    frame[0] = (FAKE_USER_CODE + 7) & mask;
    frame[1] = FAKE_USER_CS32;
    for (unsigned i = 0; i < count; i++)
      frame[2 + i] = parameters[i];
    frame[2 + count] = f->cpu.general[4] & mask;
    frame[3 + count] = FAKE_USER_SS;
    flow_assert_frame(f, word, 4U + count, frame);
  }
}

static void to_an_inner_ring_up_to_31_doublewords_are_copied(void **state) {
  parameters_are_copied(state, SYSTEM_CALL_GATE, 4);
}

static void a_16_bit_gate_copies_words(void **state) {
  parameters_are_copied(state, SYSTEM_CALL_GATE_16, 2);
}

static void a_16_bit_tss_gives_a_16_bit_stack(void **state) {
  struct flow *f = with_gate(state, FLOW_PROTECTED, 3, OPEN_TO_ALL);
  f->cpu.tr.attributes = FLOW_TYPE(1, 0, SYSTEM_TSS_16_BUSY);
  fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE_2,
               fake_descriptor(FAKE_KERNEL_DATA, 0xfff, FLOW_TYPE(1, 0, FLOW_DATA)));
  fake_poke(f->memory, &f->cpu, FAKE_TSS + 2, 4, 0x00780800);
  assert_int_equal(through(f, FAR_CALL, 3), RS_COMPLETED);
  assert_int_equal(AFTER(f, RSP), 0x7f0);
  assert_int_equal(fake_find_step(&f->out, RS_STEP_WRITE, RS_ITEM_PUSHED_IP, 0)->write.linear,
                   FAKE_KERNEL_DATA + 0x7f0);
}

/* [SDM2 "CALL—Call Procedure"], "MORE-PRIVILEGE" */
static void the_new_stack_is_refused_as_for_interrupts(void **state) {
  static const struct {
    uint16_t ss;
    uint32_t attributes; /* of FLOW_SPARE_2 */
    uint8_t vector;
    enum rs_check check;
  } rows[] = {
    { 0x0000, 0, VECTOR_TS, RS_CHECK_STACK_SELECTOR_NOT_NULL },
    { 0x0003, 0, VECTOR_TS, RS_CHECK_STACK_SELECTOR_NOT_NULL },
    { 0x0080, 0, VECTOR_TS, RS_CHECK_SELECTOR_WITHIN_GDT },
    { FLOW_SPARE_2 | 1, FLOW_TYPE(1, 0, FLOW_DATA), VECTOR_TS, RS_CHECK_STACK_SELECTOR_RPL },
    { FLOW_SPARE_2, FLOW_TYPE(1, 1, FLOW_DATA), VECTOR_TS, RS_CHECK_STACK_DPL },
    { FLOW_SPARE_2, FLOW_TYPE(1, 0, SEGMENT_S), VECTOR_TS, RS_CHECK_STACK_IS_WRITABLE_DATA },
    { FLOW_SPARE_2, FLOW_TYPE(1, 0, FLOW_CODE), VECTOR_TS, RS_CHECK_STACK_IS_WRITABLE_DATA },
    { FLOW_SPARE_2, FLOW_TYPE(0, 0, FLOW_DATA), VECTOR_SS, RS_CHECK_STACK_PRESENT },
  };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct flow *f = with_gate(state, FLOW_PROTECTED, 3, OPEN_TO_ALL);
    flow_descriptor(f, FLOW_SPARE_2, rows[i].attributes);
    flow_set_stack_segment(f, 0, rows[i].ss);
    through(f, FAR_CALL, 3);
    flow_refused(f, rows[i].vector, selector_error(rows[i].ss), rows[i].check);
  }
}

static void the_tss_must_hold_the_stack(void **state) {
  struct flow *f = with_gate(state, FLOW_PROTECTED, 3, OPEN_TO_ALL);
  f->cpu.tr.limit = 8;
  through(f, FAR_CALL, 3);
  flow_refused(f, VECTOR_TS, FAKE_TSS_SELECTOR, RS_CHECK_TSS_STACK_WITHIN_LIMIT);
  f->cpu.tr.limit = 9;
  assert_int_equal(through(f, FAR_CALL, 3), RS_COMPLETED);
}

static void the_new_stack_must_have_room_for_frame_and_parameters(void **state) {
  struct flow *f = with_gate(state, FLOW_PROTECTED, 3, (struct gate_row){ .dpl = 3, .parameters = 3 });
  fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE_2,
               fake_descriptor(FAKE_KERNEL_DATA, 0xfff, FLOW_TYPE(1, 0, FLOW_DATA) | SEGMENT_DB));
  flow_set_stack_segment(f, 0, FLOW_SPARE_2);
  flow_set_stack_pointer(f, 0, 4 * 7);
  FLOW_PUT(f, 4, 1, 2, 3);
  assert_int_equal(through(f, FAR_CALL, 3), RS_COMPLETED);
  flow_set_stack_pointer(f, 0, 4 * 7 - 1);
  through(f, FAR_CALL, 3);
  flow_refused(f, VECTOR_SS, FLOW_SPARE_2, RS_CHECK_STACK_HAS_ROOM);
}

static void within_a_ring_a_full_stack_is_ss_0(void **state) {
  struct flow *f = with_gate(state, FLOW_PROTECTED, 0, OPEN_TO_ALL);
  f->cpu.general[4] = 7;
  through(f, FAR_CALL, 0);
  flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_HAS_ROOM);
  assert_int_equal(through(f, FAR_JMP, 0), RS_COMPLETED);
}

static void parameters_that_the_caller_does_not_have_are_ss_0(void **state) {
  struct flow *f = with_gate(state, FLOW_PROTECTED, 3, (struct gate_row){ .dpl = 3, .parameters = 2 });
  f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)].limit = FAKE_USER_STACK - 2;
  f->cpu.general[4] = FAKE_USER_STACK - 8;
  through(f, FAR_CALL, 3);
  flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_HOLDS);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)].limit = UINT32_MAX;
  f->cpu.general[4] = FAKE_USER_STACK - 4;
  through(f, FAR_CALL, 3);
  assert_int_equal(f->out.fault.vector, VECTOR_PF);
  assert_int_equal(f->out.fault.cr2, FAKE_USER_STACK);
  assert_int_equal(f->out.fault.error_code, PF_USER); /* read with the caller's rights */
}

static void far_ret_with_a_count_comes_back_and_releases_both_stacks(void **state) {
  struct flow *f = with_gate(state, FLOW_PROTECTED, 3, (struct gate_row){ .dpl = 3, .parameters = 3 });
  FLOW_PUT(f, 4, 1, 2, 3);
  const struct rs_cpu caller = f->cpu;
  assert_int_equal(through(f, FAR_CALL, 3), RS_COMPLETED);
  flow_commit(f);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_DS)] = fake_segment(&f->cpu, FAKE_KERNEL_SS);
  assert_int_equal(FLOW_PERFORM(f, "\xca\x0c\0"), RS_COMPLETED);
  assert_int_equal(f->out.after.cpl, 3);
  assert_int_equal(f->out.after.rip, caller.rip + 7);
  assert_int_equal(AFTER(f, RSP), caller.general[4] + 12);
  flow_assert_flat(f, SEGMENT_AFTER(f, CS), FAKE_USER_CS32);
  flow_assert_flat(f, SEGMENT_AFTER(f, SS), FAKE_USER_SS);
  flow_assert_flat(f, SEGMENT_AFTER(f, ES), FAKE_USER_SS);
  assert_int_equal(SEGMENT_AFTER(f, DS)->selector, 0); /* the kernel's */
}

/* --- IA-32e mode --- */

/* [SDM3 "Stack Switching in IA-32e Mode"]: the frame is not aligned, SS becomes null, the count is ignored.
 */
static void in_64_bit_mode_the_stack_is_an_rsp_alone(void **state) {
  for (unsigned compatibility = 0; compatibility < 2; compatibility++) {
    struct flow *f = with_gate(state, FLOW_LONG, 3, (struct gate_row){ .dpl = 3, .parameters = 31 });
    if (compatibility) fake_enter_compatibility(&f->cpu);
    uint16_t cs = compatibility ? FAKE_USER_CS32 : FAKE_USER_CS64;
    flow_set_stack_pointer(f, 0, FLOW_STACK(0) - 4);
    uint64_t next = FAKE_USER_CODE + (compatibility ? 7 : 3), rsp = f->cpu.general[4];
    assert_int_equal(through(f, FAR_CALL, 3), RS_COMPLETED);
    assert_int_equal(f->out.after.cpl, 0);
    assert_int_equal(SEGMENT_AFTER(f, SS)->selector, 0);
    assert_true(SEGMENT_AFTER(f, SS)->attributes & SEGMENT_UNUSABLE);
    assert_int_equal(AFTER(f, RSP), FLOW_STACK(0) - 36);
    FLOW_FRAME(f, 8, next, cs, rsp, FAKE_USER_SS);
  }
}

static void in_64_bit_mode_a_ring_keeps_its_stack(void **state) {
  struct flow *f = with_gate(state, FLOW_LONG, 0, OPEN_TO_ALL);
  assert_int_equal(through(f, FAR_CALL, 0), RS_COMPLETED);
  flow_assert_flat(f, SEGMENT_AFTER(f, SS), FAKE_KERNEL_SS);
  FLOW_FRAME(f, 8, FAKE_KERNEL_CODE + 3, FAKE_KERNEL_CS);
}

static void a_64_bit_gate_has_sixteen_bytes_with_an_upper_type_of_zero(void **state) {
  EACH_KIND(kind) {
    struct flow *f = with_gate(state, FLOW_LONG, 0, OPEN_TO_ALL);
    f->cpu.gdtr.limit = GATE + 14;
    through(f, kinds[kind], 0);
    flow_refused(f, VECTOR_GP, GATE, RS_CHECK_SELECTOR_WITHIN_GDT);
    f->cpu.gdtr.limit = GATE + 15;
    assert_int_equal(through(f, kinds[kind], 0), RS_COMPLETED);
    for (unsigned bit = 0; bit < 32; bit++) {
      fake_gdt_set(f->memory, &f->cpu, GATE + 8, TARGET_64 >> 32 | UINT64_C(1) << (32 + bit));
      through(f, kinds[kind], 0);
      if (bit >= 8 && bit < 13)
        flow_refused(f, VECTOR_GP, GATE, RS_CHECK_DESCRIPTOR_UPPER_TYPE_ZERO);
      else
        assert_int_equal(f->out.outcome, RS_COMPLETED);
    }
  }
}

static void in_ia_32e_mode_the_target_must_be_64_bit_code(void **state) {
  static const uint32_t bits[] = { 0, SEGMENT_DB, SEGMENT_L | SEGMENT_DB };
  for (unsigned i = 0; i < 2 * sizeof bits / sizeof *bits; i++) {
    struct flow *f = with_gate(state, FLOW_LONG, 0, (struct gate_row){ .dpl = 3, .selector = FLOW_SPARE_2 });
    fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE_2,
                 fake_descriptor(0, UINT32_MAX, FLOW_TYPE(1, 0, FLOW_CODE) | SEGMENT_G | bits[i / 2]));
    through(f, kinds[i & 1], 0);
    flow_refused(f, VECTOR_GP, FLOW_SPARE_2, RS_CHECK_CALL_GATE_CODE_64_BIT);
  }
}

static void in_ia_32e_mode_addresses_must_be_canonical(void **state) {
  struct flow *f = with_gate(state, FLOW_LONG, 3, OPEN_TO_ALL);
  flow_set_stack_pointer(f, 0, UINT64_C(0xffff800000000010));
  through(f, FAR_CALL, 3);
  flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_CANONICAL);
  EACH_KIND(kind) {
    f = with_gate(state, FLOW_LONG, 0, OPEN_TO_ALL);
    fake_gdt_set(f->memory, &f->cpu, GATE + 8, 0x00008000);
    through(f, kinds[kind], 0);
    flow_refused(f, VECTOR_GP, 0, RS_CHECK_FAR_CANONICAL);
  }
  f = with_gate(state, FLOW_LONG, 3, OPEN_TO_ALL);
  f->cpu.tr.limit = 10;
  through(f, FAR_CALL, 3);
  flow_refused(f, VECTOR_TS, FAKE_TSS_SELECTOR, RS_CHECK_TSS_STACK_WITHIN_LIMIT);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(a_gate_serves_its_dpl_and_the_rings_inside_it),
    CLAIM(an_absent_gate_is_np_after_its_dpl),
    CLAIM(the_gate_must_name_code),
    CLAIM(only_call_leads_inward_and_nothing_leads_outward),
    CLAIM(the_gates_offset_must_lie_within_the_limit),
    CLAIM(within_a_ring_the_gates_size_decides_the_frame),
    CLAIM(to_an_inner_ring_up_to_31_doublewords_are_copied),
    CLAIM(a_16_bit_gate_copies_words),
    CLAIM(a_16_bit_tss_gives_a_16_bit_stack),
    CLAIM(the_new_stack_is_refused_as_for_interrupts),
    CLAIM(the_tss_must_hold_the_stack),
    CLAIM(the_new_stack_must_have_room_for_frame_and_parameters),
    CLAIM(within_a_ring_a_full_stack_is_ss_0),
    CLAIM(parameters_that_the_caller_does_not_have_are_ss_0),
    CLAIM(far_ret_with_a_count_comes_back_and_releases_both_stacks),
    CLAIM(in_64_bit_mode_the_stack_is_an_rsp_alone),
    CLAIM(in_64_bit_mode_a_ring_keeps_its_stack),
    CLAIM(a_64_bit_gate_has_sixteen_bytes_with_an_upper_type_of_zero),
    CLAIM(in_ia_32e_mode_the_target_must_be_64_bit_code),
    CLAIM(in_ia_32e_mode_addresses_must_be_canonical),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

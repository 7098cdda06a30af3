/* Claims about delivery through the IDT in protected mode [SDM2 "INT n/INTO/INT3/INT1"]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "arch/flow.h"

enum { VECTOR = FLOW_HANDLER_VECTOR, IDT_ERROR = VECTOR * 8 + 2 };

#define GATE(dpl, type) FLOW_TYPE(1, dpl, type)

static struct flow *user(void **state) {
  flow_enter_user(*state, FLOW_PROTECTED);
  return *state;
}

static struct flow *kernel(void **state) {
  flow_enter(*state, FLOW_PROTECTED, RS_CPU_INTEL);
  return *state;
}

/* --- What a delivery does --- */

static void software_int_from_ring_3_pushes_five_words_on_the_stack_of_ring_0(void **state) {
  struct flow *f = user(state);
  uint64_t flags = f->cpu.rflags |= RFLAGS_CF | RFLAGS_DF | RFLAGS_AC;
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  FLOW_FRAME(f, 4, FAKE_USER_CODE + 2, FAKE_USER_CS32, flags, FAKE_USER_STACK, FAKE_USER_SS);
  assert_int_equal(f->cpu.general[4], FLOW_STACK(0) - 20);
  assert_int_equal(f->cpu.cpl, 0);
  assert_int_equal(f->cpu.rip, FAKE_KERNEL_CODE);
  assert_int_equal(f->cpu.rflags, flags & ~RFLAGS_IF);
  flow_assert_flat(f, SEGMENT_AFTER(f, CS), FAKE_KERNEL_CS);
  flow_assert_flat(f, SEGMENT_AFTER(f, SS), FAKE_KERNEL_SS);
}

static void same_ring_pushes_three_words_on_the_current_stack(void **state) {
  struct flow *f = kernel(state);
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  FLOW_FRAME(f, 4, FAKE_KERNEL_CODE + 2, FAKE_KERNEL_CS, RFLAGS_FIXED | RFLAGS_IF);
  assert_int_equal(f->cpu.general[4], FAKE_KERNEL_STACK - 12);
  assert_int_equal(fake_count_steps(&f->out, RS_STEP_READ, RS_ITEM_TSS_STACK_POINTER), 0);
}

static void the_error_code_lies_below_the_return_address(void **state) {
  struct flow *f = user(state);
  flow_gate(f, VECTOR_GP, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, GATE(0, SYSTEM_INTERRUPT_GATE));
  assert_int_equal(flow_exception(f, VECTOR_GP, 0x1234), RS_COMPLETED);
  FLOW_FRAME(f, 4, 0x1234, FAKE_USER_CODE, FAKE_USER_CS32, f->cpu.rflags | RFLAGS_RF | RFLAGS_IF,
             FAKE_USER_STACK, FAKE_USER_SS);
}

static void every_frame_word_names_its_register(void **state) {
  static const struct {
    enum rs_item item;
    enum rs_register reg;
  } order[] = { { RS_ITEM_PUSHED_SS, RS_SS },
                { RS_ITEM_PUSHED_SP, RS_RSP },
                { RS_ITEM_PUSHED_FLAGS, RS_RFLAGS },
                { RS_ITEM_PUSHED_CS, RS_CS },
                { RS_ITEM_PUSHED_IP, RS_RIP } };
  struct flow *f = user(state);
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  const struct rs_step *last = NULL;
  for (unsigned i = 0; i < 5; i++) {
    const struct rs_step *step = fake_find_step(&f->out, RS_STEP_WRITE, order[i].item, 0);
    assert_non_null(step);
    assert_int_equal(step->reg, order[i].reg);
    assert_int_equal(step->size, 4);
    assert_true(!last || step > last);
    last = step;
  }
}

/* [SDM3 "Flag Usage By Exception- or Interrupt-Handler Procedure"] */
static void an_interrupt_gate_clears_if_and_a_trap_gate_keeps_it(void **state) {
  uint64_t cleared = RFLAGS_TF | RFLAGS_NT | RFLAGS_RF;
  for (unsigned trap = 0; trap < 2; trap++)
    for (unsigned narrow = 0; narrow < 2; narrow++) {
      struct flow *f = kernel(state);
      f->cpu.rflags |= cleared | RFLAGS_IOPL | RFLAGS_ID;
      flow_gate(f, VECTOR, FAKE_KERNEL_CS, 0x8000, (uint8_t)GATE(0, 14 - 8 * narrow + trap));
      assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
      assert_int_equal(f->out.after.rflags, (f->cpu.rflags & ~cleared & ~(trap ? 0 : RFLAGS_IF)));
    }
}

/* [SDM3 "Instruction-Breakpoint Exception Condition"] */
static void faults_push_rf_set_and_software_interrupts_push_it_clear(void **state) {
  for (unsigned vector = 0; vector < 32; vector++) {
    static const uint32_t faults =
        1U << 0 | 1U << 5 | 1U << 6 | 1U << 7 | 0x7c00 | 1U << 16 | 1U << 17 | 1U << 19 | 1U << 21;
    for (unsigned rf = 0; rf < 2; rf++) {
      struct flow *f = kernel(state);
      flow_gate(f, (uint8_t)vector, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, GATE(0, SYSTEM_INTERRUPT_GATE));
      if (rf) f->cpu.rflags |= RFLAGS_RF;
      bool expected = rf || faults >> vector & 1;
      assert_int_equal(flow_exception(f, (uint8_t)vector, 0), RS_COMPLETED);
      const struct rs_step *step = fake_find_step(&f->out, RS_STEP_WRITE, RS_ITEM_PUSHED_FLAGS, 0);
      assert_int_equal((step->write.new.word[0] & RFLAGS_RF) != 0, expected);
      assert_int_equal(flow_int(f, (uint8_t)vector), RS_COMPLETED);
      step = fake_find_step(&f->out, RS_STEP_WRITE, RS_ITEM_PUSHED_FLAGS, 0);
      assert_false(step->write.new.word[0] & RFLAGS_RF);
      assert_int_equal(flow_external(f, (uint8_t)vector), RS_COMPLETED);
      step = fake_find_step(&f->out, RS_STEP_WRITE, RS_ITEM_PUSHED_FLAGS, 0);
      assert_int_equal((step->write.new.word[0] & RFLAGS_RF) != 0, rf);
    }
  }
}

static void a_286_gate_pushes_words_and_ignores_the_upper_offset(void **state) {
  struct flow *f = user(state);
  flow_gate(f, VECTOR, FAKE_KERNEL_CS, 0xdead8123, GATE(3, SYSTEM_INTERRUPT_GATE_16));
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  FLOW_FRAME(f, 2, (FAKE_USER_CODE + 2) & 0xffff, FAKE_USER_CS32, RFLAGS_FIXED | RFLAGS_IF,
             FAKE_USER_STACK & 0xffff, FAKE_USER_SS);
  assert_int_equal(f->cpu.rip, 0x8123);
  assert_int_equal(f->cpu.general[4], FLOW_STACK(0) - 10);
}

static void a_286_tss_gives_a_16_bit_stack_pointer(void **state) {
  struct flow *f = user(state);
  f->cpu.tr.attributes = SEGMENT_P | SYSTEM_TSS_16_BUSY;
  fake_map(f->memory, &f->cpu, 0xf000, FAKE_RW);
  fake_poke(f->memory, &f->cpu, FAKE_TSS + 2, 4, (uint32_t)FAKE_KERNEL_SS << 16 | 0xff00);
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  assert_int_equal(AFTER(f, RSP), 0xff00 - 20);
  f->cpu.tr.limit = 5;
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  f->cpu.tr.limit = 4;
  flow_int(f, VECTOR);
  flow_refused(f, VECTOR_TS, FAKE_TSS_SELECTOR, RS_CHECK_TSS_STACK_WITHIN_LIMIT);
}

static void a_16_bit_stack_moves_sp_alone_and_wraps(void **state) {
  struct flow *f = kernel(state);
  struct rs_segment *ss = &f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)];
  fake_map(f->memory, &f->cpu, 0x1f000, FAKE_RW);
  fake_map(f->memory, &f->cpu, 0x10000, FAKE_RW);
  *ss = (struct rs_segment){ FAKE_KERNEL_SS, ss->attributes & ~(SEGMENT_DB | SEGMENT_G), 0xffff, 0x10000 };
  f->cpu.general[4] = 0x12340004;
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  flow_commit(f);
  assert_int_equal(f->cpu.general[4], 0x1234fff8);
  assert_int_equal(fake_peek(f->memory, &f->cpu, 0x10000, 4), RFLAGS_FIXED | RFLAGS_IF);
  assert_int_equal(fake_peek(f->memory, &f->cpu, 0x1fffc, 4), FAKE_KERNEL_CS);
}

static void a_conforming_handler_runs_in_the_ring_of_the_interrupted_code(void **state) {
  for (unsigned dpl = 0; dpl < 4; dpl++)
    for (unsigned cpl = 0; cpl < 4; cpl++) {
      struct flow *f = kernel(state);
      fake_map(f->memory, &f->cpu, 0x700000, FAKE_RW | FAKE_US);
      flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, dpl, FLOW_CODE | SEGMENT_CONFORMING));
      flow_gate(f, VECTOR, FLOW_SPARE, FAKE_KERNEL_CODE, GATE(3, SYSTEM_INTERRUPT_GATE));
      flow_set_ring(f, cpl);
      f->cpu.general[4] = 0x700100;
      flow_int(f, VECTOR);
      if (dpl > cpl) {
        flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_HANDLER_DPL);
        continue;
      }
      assert_int_equal(f->out.after.cpl, cpl);
      assert_int_equal(SEGMENT_AFTER(f, CS)->selector, FLOW_SPARE | cpl);
      assert_int_equal(AFTER(f, RSP), 0x700100 - 12);
    }
}

static void accessed_bits_are_set_when_the_delivery_succeeds(void **state) {
  struct flow *f = user(state);
  flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, 0, FLOW_CODE));
  flow_descriptor(f, FLOW_SPARE_2, FLOW_TYPE(1, 0, FLOW_DATA));
  flow_gate(f, VECTOR, FLOW_SPARE, FAKE_KERNEL_CODE, GATE(3, SYSTEM_INTERRUPT_GATE));
  flow_set_stack_segment(f, 0, FLOW_SPARE_2);
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  assert_int_equal(fake_count_steps(&f->out, RS_STEP_WRITE, RS_ITEM_DESCRIPTOR_ACCESSED), 2);
  flow_commit(f);
  assert_true(fake_peek(f->memory, &f->cpu, FAKE_GDT + FLOW_SPARE + 5, 1) & SEGMENT_ACCESSED);
  assert_true(fake_peek(f->memory, &f->cpu, FAKE_GDT + FLOW_SPARE_2 + 5, 1) & SEGMENT_ACCESSED);
  assert_true(SEGMENT_AFTER(f, CS)->attributes & SEGMENT_ACCESSED);
  assert_true(SEGMENT_AFTER(f, SS)->attributes & SEGMENT_ACCESSED);
}

static void a_page_fault_writes_cr2_and_an_nmi_blocks_nmis(void **state) {
  struct flow *f = kernel(state);
  const struct rs_interrupt_request fault = { .vector = VECTOR_PF,
                                              .source = RS_SOURCE_EXCEPTION,
                                              .has_error_code = true,
                                              .error_code = PF_USER,
                                              .has_cr2 = true,
                                              .cr2 = 0xabc,
                                              .return_rip = f->cpu.rip };
  const struct rs_interrupt_request nmi = { .vector = VECTOR_NMI, .source = RS_SOURCE_NMI };
  flow_gate(f, VECTOR_PF, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, GATE(0, SYSTEM_INTERRUPT_GATE));
  flow_gate(f, VECTOR_NMI, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, GATE(0, SYSTEM_INTERRUPT_GATE));
  assert_int_equal(flow_deliver(f, &fault), RS_COMPLETED);
  assert_int_equal(f->out.after.cr2, 0xabc);
  assert_false(f->out.after.nmi_blocked);
  f->cpu.halted = true;
  f->cpu.interrupt_shadow = RS_SHADOW_STI;
  assert_int_equal(flow_deliver(f, &nmi), RS_COMPLETED);
  assert_true(f->out.after.nmi_blocked);
  assert_false(f->out.after.halted);
  assert_int_equal(f->out.after.interrupt_shadow, RS_SHADOW_NONE);
}

/* --- The IDT and its gates --- */

static void the_last_byte_of_the_gate_must_lie_within_the_idt_limit(void **state) {
  struct flow *f = kernel(state);
  f->cpu.idtr.limit = VECTOR * 8 + 7;
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  f->cpu.idtr.limit = VECTOR * 8 + 6;
  flow_int(f, VECTOR);
  flow_refused(f, VECTOR_GP, IDT_ERROR, RS_CHECK_GATE_WITHIN_IDT);
  flow_external(f, VECTOR);
  flow_refused(f, VECTOR_GP, IDT_ERROR + ERROR_EXT, RS_CHECK_GATE_WITHIN_IDT);
  f->cpu.idtr.limit = 0;
  flow_exception(f, VECTOR_DE, 0);
  flow_refused(f, VECTOR_GP, 2 + ERROR_EXT, RS_CHECK_GATE_WITHIN_IDT);
}

/* Who may use which gate: every type, DPL, CPL and P, for software, INT1, devices and exceptions. */
static void expect_gate(struct flow *f, unsigned type, unsigned dpl, unsigned cpl, bool present,
                        enum rs_interrupt_source source) {
  bool valid = type == 5 || type == 6 || type == 7 || type == 14 || type == 15;
  uint32_t error = IDT_ERROR + (source == RS_SOURCE_SOFTWARE ? 0 : ERROR_EXT);
  if (!valid)
    flow_refused(f, VECTOR_GP, error, RS_CHECK_GATE_TYPE);
  else if (source == RS_SOURCE_SOFTWARE && dpl < cpl)
    flow_refused(f, VECTOR_GP, IDT_ERROR, RS_CHECK_GATE_DPL);
  else if (!present)
    flow_refused(f, VECTOR_NP, error, RS_CHECK_GATE_PRESENT);
  else if (type == 5) /* of code */
    flow_refused(f, VECTOR_GP, FAKE_KERNEL_CS + (error & ERROR_EXT), RS_CHECK_TASK_TSS);
  else
    assert_int_equal(f->out.outcome, RS_COMPLETED);
}

static void every_gate_is_admitted_or_refused_as_its_bits_say(void **state) {
  struct flow *f = kernel(state);
  const struct rs_cpu cpu = f->cpu;
  fake_map(f->memory, &f->cpu, 0x8000, FAKE_RW);
  for (unsigned byte = 0; byte < 256; byte++)
    for (unsigned cpl = 0; cpl < 4; cpl++)
      for (unsigned source = RS_SOURCE_SOFTWARE; source <= RS_SOURCE_EXTERNAL; source++) {
        struct rs_interrupt_request request = { .vector = VECTOR,
                                                .source = (enum rs_interrupt_source)source };
        f->cpu = cpu;
        if (cpl) flow_set_ring(f, cpl);
        flow_gate(f, VECTOR, FAKE_KERNEL_CS, 0x8000, (uint8_t)byte);
        flow_deliver(f, &request);
        expect_gate(f, byte & 0x1f, byte >> 5 & 3, cpl, byte >> 7, request.source);
      }
}

/* --- The handler's code segment --- */

static void a_null_code_selector_raises_gp_of_ext(void **state) {
  struct flow *f = kernel(state);
  for (uint16_t selector = 0; selector < 4; selector++) {
    flow_gate(f, VECTOR, selector, FAKE_KERNEL_CODE, GATE(0, SYSTEM_INTERRUPT_GATE));
    flow_int(f, VECTOR);
    flow_refused(f, VECTOR_GP, 0, RS_CHECK_HANDLER_SELECTOR_NOT_NULL);
    flow_external(f, VECTOR);
    flow_refused(f, VECTOR_GP, ERROR_EXT, RS_CHECK_HANDLER_SELECTOR_NOT_NULL);
  }
}

static void a_code_selector_outside_its_table_raises_gp_with_it(void **state) {
  struct flow *f = kernel(state);
  flow_gate(f, VECTOR, 0x83, FAKE_KERNEL_CODE, GATE(0, SYSTEM_INTERRUPT_GATE));
  flow_int(f, VECTOR);
  flow_refused(f, VECTOR_GP, 0x80, RS_CHECK_SELECTOR_WITHIN_GDT);
  f->cpu.gdtr.limit = FAKE_KERNEL_CS + 6;
  flow_gate(f, VECTOR, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, GATE(0, SYSTEM_INTERRUPT_GATE));
  flow_external(f, VECTOR);
  flow_refused(f, VECTOR_GP, FAKE_KERNEL_CS + ERROR_EXT, RS_CHECK_SELECTOR_WITHIN_GDT);
  f->cpu.gdtr.limit = FAKE_KERNEL_CS + 7;
  assert_int_equal(flow_external(f, VECTOR), RS_COMPLETED);
  flow_gate(f, VECTOR, 0x1004, FAKE_KERNEL_CODE, GATE(0, SYSTEM_INTERRUPT_GATE));
  flow_int(f, VECTOR);
  flow_refused(f, VECTOR_GP, 0x1004, RS_CHECK_SELECTOR_WITHIN_LDT);
  f->cpu.ldtr.attributes |= SEGMENT_UNUSABLE;
  flow_int(f, VECTOR);
  flow_refused(f, VECTOR_GP, 0x1004, RS_CHECK_LDT_USABLE);
}

static void a_handler_may_live_in_the_ldt(void **state) {
  struct flow *f = kernel(state);
  fake_poke(f->memory, &f->cpu, FAKE_LDT + 8, 8,
            fake_descriptor(0, UINT32_MAX, FLOW_TYPE(1, 0, FLOW_CODE) | SEGMENT_DB | SEGMENT_G));
  flow_gate(f, VECTOR, 8 | SELECTOR_TI, FAKE_KERNEL_CODE, GATE(0, SYSTEM_INTERRUPT_GATE));
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  assert_int_equal(SEGMENT_AFTER(f, CS)->selector, 8 | SELECTOR_TI);
  assert_int_equal(fake_count_steps(&f->out, RS_STEP_READ, RS_ITEM_LDT_DESCRIPTOR), 1);
}

static void expect_handler(struct flow *f, unsigned byte, unsigned cpl) {
  unsigned dpl = byte >> 5 & 3;
  if ((byte & 0x18) != 0x18)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_HANDLER_IS_CODE);
  else if (dpl > cpl)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_HANDLER_DPL);
  else if (!(byte & 0x80))
    flow_refused(f, VECTOR_NP, FLOW_SPARE, RS_CHECK_HANDLER_PRESENT);
  else
    assert_int_equal(f->out.after.cpl, byte & SEGMENT_CONFORMING ? cpl : dpl);
}

static void every_code_descriptor_is_admitted_or_refused_as_its_bits_say(void **state) {
  struct flow *f = kernel(state);
  const struct rs_cpu cpu = f->cpu;
  flow_gate(f, VECTOR, FLOW_SPARE, FAKE_KERNEL_CODE, GATE(3, SYSTEM_INTERRUPT_GATE));
  fake_map(f->memory, &f->cpu, 0x700000, FAKE_RW | FAKE_US);
  for (unsigned byte = 0; byte < 256; byte++)
    for (unsigned cpl = 0; cpl < 4; cpl++) {
      f->cpu = cpu;
      flow_set_ring(f, cpl);
      f->cpu.general[4] = 0x700100;
      flow_descriptor(f, FLOW_SPARE, byte);
      flow_int(f, VECTOR);
      expect_handler(f, byte, cpl);
    }
}

static void a_handler_beyond_the_code_limit_raises_gp_of_ext(void **state) {
  struct flow *f = kernel(state);
  uint32_t attributes = FLOW_TYPE(1, 0, FLOW_CODE) | SEGMENT_DB;
  fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE, fake_descriptor(0, 0x1000, attributes));
  flow_gate(f, VECTOR, FLOW_SPARE, 0x1000, GATE(0, SYSTEM_INTERRUPT_GATE));
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  flow_gate(f, VECTOR, FLOW_SPARE, 0x1001, GATE(0, SYSTEM_INTERRUPT_GATE));
  flow_int(f, VECTOR);
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_HANDLER_WITHIN_LIMIT);
  flow_external(f, VECTOR);
  flow_refused(f, VECTOR_GP, ERROR_EXT, RS_CHECK_HANDLER_WITHIN_LIMIT);
}

/* --- The stack of an inner ring --- */

static void the_stack_must_lie_within_the_tss_limit(void **state) {
  for (unsigned ring = 0; ring < 3; ring++) {
    struct flow *f = user(state);
    flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, ring, FLOW_CODE));
    flow_gate(f, VECTOR, FLOW_SPARE, FAKE_KERNEL_CODE, GATE(3, SYSTEM_INTERRUPT_GATE));
    f->cpu.tr.limit = 4 + 8 * ring + 5;
    assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
    assert_int_equal(AFTER(f, RSP), FLOW_STACK(ring) - 20);
    assert_int_equal(f->out.after.cpl, ring);
    f->cpu.tr.limit--;
    flow_int(f, VECTOR);
    flow_refused(f, VECTOR_TS, FAKE_TSS_SELECTOR, RS_CHECK_TSS_STACK_WITHIN_LIMIT);
    flow_external(f, VECTOR);
    flow_refused(f, VECTOR_TS, FAKE_TSS_SELECTOR + ERROR_EXT, RS_CHECK_TSS_STACK_WITHIN_LIMIT);
  }
}

static void a_null_inner_stack_raises_ts_of_ext(void **state) {
  struct flow *f = user(state);
  for (uint16_t selector = 0; selector < 4; selector++) {
    flow_set_stack_segment(f, 0, selector);
    flow_int(f, VECTOR);
    flow_refused(f, VECTOR_TS, 0, RS_CHECK_STACK_SELECTOR_NOT_NULL);
    flow_external(f, VECTOR);
    flow_refused(f, VECTOR_TS, ERROR_EXT, RS_CHECK_STACK_SELECTOR_NOT_NULL);
  }
  flow_set_stack_segment(f, 0, 0x80);
  flow_external(f, VECTOR);
  flow_refused(f, VECTOR_TS, 0x80 + ERROR_EXT, RS_CHECK_SELECTOR_WITHIN_GDT);
}

static void expect_stack(struct flow *f, unsigned byte, unsigned rpl, unsigned ring) {
  if (rpl != ring)
    flow_refused(f, VECTOR_TS, FLOW_SPARE, RS_CHECK_STACK_SELECTOR_RPL);
  else if ((byte >> 5 & 3) != ring)
    flow_refused(f, VECTOR_TS, FLOW_SPARE, RS_CHECK_STACK_DPL);
  else if ((byte & 0x1a) != 0x12)
    flow_refused(f, VECTOR_TS, FLOW_SPARE, RS_CHECK_STACK_IS_WRITABLE_DATA);
  else if (!(byte & 0x80))
    flow_refused(f, VECTOR_SS, FLOW_SPARE, RS_CHECK_STACK_PRESENT);
  else if (byte & SEGMENT_EXPAND_DOWN) /* down to its limit, which is the top: no room at all */
    flow_refused(f, VECTOR_SS, FLOW_SPARE, RS_CHECK_STACK_HAS_ROOM);
  else
    assert_int_equal(f->out.outcome, RS_COMPLETED);
}

static void every_inner_stack_is_admitted_or_refused_as_its_bits_say(void **state) {
  struct flow *f = user(state);
  for (unsigned ring = 0; ring < 3; ring++) {
    flow_descriptor(f, FLOW_SPARE_2, FLOW_TYPE(1, ring, FLOW_CODE));
    flow_gate(f, VECTOR, FLOW_SPARE_2, FAKE_KERNEL_CODE, GATE(3, SYSTEM_INTERRUPT_GATE));
    for (unsigned byte = 0; byte < 256; byte++)
      for (unsigned rpl = 0; rpl < 4; rpl++) {
        flow_descriptor(f, FLOW_SPARE, byte);
        flow_set_stack_segment(f, ring, (uint16_t)(FLOW_SPARE | rpl));
        flow_int(f, VECTOR);
        expect_stack(f, byte, rpl, ring);
      }
  }
}

static void the_inner_stack_must_have_room_for_the_whole_frame(void **state) {
  struct flow *f = user(state);
  uint32_t data = FLOW_TYPE(1, 0, FLOW_DATA) | SEGMENT_DB;
  flow_gate(f, VECTOR_GP, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, GATE(0, SYSTEM_INTERRUPT_GATE));
  flow_set_stack_segment(f, 0, FLOW_SPARE);
  fake_map(f->memory, &f->cpu, 0, FAKE_RW);
  fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE, fake_descriptor(0, 0xfff, data));
  static const struct {
    uint32_t sp;
    bool room, room_with_code;
  } rows[] = { { 20, true, false },    { 19, false, false },     { 24, true, true },
               { 0x1000, true, true }, { 0x1001, false, false }, { 0x1004, false, false } };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    flow_set_stack_pointer(f, 0, rows[i].sp);
    flow_int(f, VECTOR);
    if (!rows[i].room)
      flow_refused(f, VECTOR_SS, FLOW_SPARE, RS_CHECK_STACK_HAS_ROOM);
    else
      assert_int_equal(f->out.outcome, RS_COMPLETED);
    flow_exception(f, VECTOR_GP, 0);
    if (!rows[i].room_with_code)
      flow_refused(f, VECTOR_SS, FLOW_SPARE + ERROR_EXT, RS_CHECK_STACK_HAS_ROOM);
    else
      assert_int_equal(f->out.outcome, RS_COMPLETED);
  }
}

static void an_expand_down_stack_ends_above_its_limit(void **state) {
  struct flow *f = user(state);
  uint32_t data = FLOW_TYPE(1, 0, FLOW_DATA | SEGMENT_EXPAND_DOWN) | SEGMENT_DB;
  flow_set_stack_segment(f, 0, FLOW_SPARE);
  fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE, fake_descriptor(FAKE_KERNEL_STACK - 0x1000, 0x7ff, data));
  flow_set_stack_pointer(f, 0, 0x800 + 20);
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
  flow_set_stack_pointer(f, 0, 0x800 + 19);
  flow_int(f, VECTOR);
  flow_refused(f, VECTOR_SS, FLOW_SPARE, RS_CHECK_STACK_HAS_ROOM);
}

static void the_current_stack_without_room_raises_ss_of_ext(void **state) {
  struct flow *f = kernel(state);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)].limit = FAKE_KERNEL_STACK - 2;
  flow_int(f, VECTOR);
  flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_HAS_ROOM);
  flow_external(f, VECTOR);
  flow_refused(f, VECTOR_SS, ERROR_EXT, RS_CHECK_STACK_HAS_ROOM);
  f->cpu.general[4] -= 4;
  f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)].limit = FAKE_KERNEL_STACK - 5;
  assert_int_equal(flow_int(f, VECTOR), RS_COMPLETED);
}

static void a_push_to_a_missing_page_raises_pf_and_writes_nothing(void **state) {
  struct flow *f = user(state);
  flow_set_stack_pointer(f, 0, 0xd0001008);
  fake_map(f->memory, &f->cpu, 0xd0001000, FAKE_RW);
  assert_int_equal(flow_int(f, VECTOR), RS_FAULTED);
  assert_int_equal(f->out.fault.vector, VECTOR_PF);
  assert_int_equal(f->out.fault.error_code, PF_WRITE);
  assert_int_equal(f->out.fault.cr2, 0xd0000ffc);
  fake_commit(f->memory, &f->out);
  assert_int_equal(fake_peek(f->memory, &f->cpu, 0xd0001004, 4), 0);
}

/* The tables are read as a supervisor whoever is interrupted [SDM3 "Determination of Access Rights"]. */
static void a_gate_on_a_missing_page_raises_pf_of_a_supervisor_read(void **state) {
  struct flow *f = user(state);
  f->cpu.idtr.base = 0xe0000000;
  assert_int_equal(flow_int(f, VECTOR), RS_FAULTED);
  assert_int_equal(f->out.fault.vector, VECTOR_PF);
  assert_int_equal(f->out.fault.error_code, 0);
  assert_int_equal(f->out.fault.cr2, 0xe0000000 + VECTOR * 8);
}

/* --- Debug exceptions --- */

/* [SDM3 "Debug Control Register (DR7)"] */
static void a_debug_exception_clears_general_detect(void **state) {
  struct flow *f = kernel(state);
  f->cpu.dr7 |= DR7_GD;
  flow_gate(f, VECTOR_DB, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, GATE(0, SYSTEM_INTERRUPT_GATE));
  assert_int_equal(flow_exception(f, VECTOR_DB, 0), RS_COMPLETED);
  assert_int_equal(f->out.after.dr7, 0x400);
  assert_int_equal(flow_int(f, VECTOR_DB), RS_COMPLETED);
  assert_int_equal(f->out.after.dr7, 0x400 | DR7_GD);
}

/* Of the debug exceptions general detect alone is a fault wherever it comes from. */
static void general_detect_pushes_rf_set_and_sets_bd(void **state) {
  for (unsigned detected = 0; detected < 2; detected++) {
    struct flow *f = kernel(state);
    const struct rs_interrupt_request request = { .vector = VECTOR_DB,
                                                  .source = RS_SOURCE_EXCEPTION,
                                                  .dr6 = detected ? DR6_BD : 1U << 14 };
    flow_gate(f, VECTOR_DB, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, GATE(0, SYSTEM_INTERRUPT_GATE));
    assert_int_equal(flow_deliver(f, &request), RS_COMPLETED);
    const struct rs_step *flags = fake_find_step(&f->out, RS_STEP_WRITE, RS_ITEM_PUSHED_FLAGS, 0);
    assert_int_equal((flags->write.new.word[0] & RFLAGS_RF) != 0, detected);
    assert_int_equal(f->out.after.dr6, f->cpu.dr6 | request.dr6);
  }
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(software_int_from_ring_3_pushes_five_words_on_the_stack_of_ring_0),
    CLAIM(same_ring_pushes_three_words_on_the_current_stack),
    CLAIM(the_error_code_lies_below_the_return_address),
    CLAIM(every_frame_word_names_its_register),
    CLAIM(an_interrupt_gate_clears_if_and_a_trap_gate_keeps_it),
    CLAIM(faults_push_rf_set_and_software_interrupts_push_it_clear),
    CLAIM(a_286_gate_pushes_words_and_ignores_the_upper_offset),
    CLAIM(a_286_tss_gives_a_16_bit_stack_pointer),
    CLAIM(a_16_bit_stack_moves_sp_alone_and_wraps),
    CLAIM(a_conforming_handler_runs_in_the_ring_of_the_interrupted_code),
    CLAIM(accessed_bits_are_set_when_the_delivery_succeeds),
    CLAIM(a_page_fault_writes_cr2_and_an_nmi_blocks_nmis),
    CLAIM(the_last_byte_of_the_gate_must_lie_within_the_idt_limit),
    CLAIM(every_gate_is_admitted_or_refused_as_its_bits_say),
    CLAIM(a_null_code_selector_raises_gp_of_ext),
    CLAIM(a_code_selector_outside_its_table_raises_gp_with_it),
    CLAIM(a_handler_may_live_in_the_ldt),
    CLAIM(every_code_descriptor_is_admitted_or_refused_as_its_bits_say),
    CLAIM(a_handler_beyond_the_code_limit_raises_gp_of_ext),
    CLAIM(the_stack_must_lie_within_the_tss_limit),
    CLAIM(a_null_inner_stack_raises_ts_of_ext),
    CLAIM(every_inner_stack_is_admitted_or_refused_as_its_bits_say),
    CLAIM(the_inner_stack_must_have_room_for_the_whole_frame),
    CLAIM(an_expand_down_stack_ends_above_its_limit),
    CLAIM(the_current_stack_without_room_raises_ss_of_ext),
    CLAIM(a_push_to_a_missing_page_raises_pf_and_writes_nothing),
    CLAIM(a_gate_on_a_missing_page_raises_pf_of_a_supervisor_read),
    CLAIM(a_debug_exception_clears_general_detect),
    CLAIM(general_detect_pushes_rf_set_and_sets_bd),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

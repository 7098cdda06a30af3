/* Claims about task switches that fault past the point of no return, in the context of the new task
 * [SDM3 "Exception Conditions Checked During a Task Switch"]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/two_tasks.h"

#define EACH_WAY(way) for (enum task_way way = 0; way < WAY_COUNT; way++)

/* The fault is delivered from the new task, which the switch has made current; the old one is saved. */
static void faulted_in_new_task(struct flow *f, enum task_way way, uint8_t vector, uint32_t error,
                                enum rs_check check) {
  if (f->out.outcome != RS_TASK_FAULTED) fail_msg("expected %s to fail", rs_check_name(check));
  if (fake_failed_check(&f->out) != check)
    fail_msg("refused by %s, expected %s", rs_check_name(fake_failed_check(&f->out)), rs_check_name(check));
  assert_int_equal(f->out.fault.vector, vector);
  assert_true(f->out.fault.has_error_code);
  assert_int_equal(f->out.fault.error_code, error | (way_is_event(way) ? ERROR_EXT : 0));
  assert_int_equal(f->out.after.tr.selector, TASK_SELECTOR);
  assert_int_equal(f->out.after.rip, fake_peek(f->memory, &f->cpu, TASK_TSS + TSS32_EIP, 4));
  assert_true(f->out.after.cr0 & CR0_TS);
  fake_commit(f->memory, &f->out);
  assert_int_equal(old_task_get(f, TSS32_ESP, 4), f->cpu.general[4]);
}

/* --- Every segment, every reason --- */

struct segment_row {
  unsigned offset; /* of the selector in the TSS */
  uint16_t selector;
  uint32_t attributes; /* of FLOW_SPARE's descriptor */
  uint8_t vector;
  enum rs_check check;
};

#define SPARE_AS(attributes) FLOW_SPARE, attributes

static const struct segment_row rows[] = {
  /* LDT: all of it is #TS */
  { TSS32_LDT, 0xc, 0, VECTOR_TS, RS_CHECK_TASK_LDT_IN_GDT },
  { TSS32_LDT, 0x80, 0, VECTOR_TS, RS_CHECK_SELECTOR_WITHIN_GDT },
  { TSS32_LDT, SPARE_AS(FLOW_TYPE(1, 0, FLOW_DATA)), VECTOR_TS, RS_CHECK_TASK_LDT_TYPE },
  { TSS32_LDT, SPARE_AS(FLOW_TYPE(1, 0, SYSTEM_TSS_AVAILABLE)), VECTOR_TS, RS_CHECK_TASK_LDT_TYPE },
  { TSS32_LDT, SPARE_AS(FLOW_TYPE(0, 0, SYSTEM_LDT)), VECTOR_TS, RS_CHECK_TASK_LDT_PRESENT },
  /* CS */
  { TSS32_CS, 0x0, 0, VECTOR_TS, RS_CHECK_TASK_CODE_NOT_NULL },
  { TSS32_CS, 0x3, 0, VECTOR_TS, RS_CHECK_TASK_CODE_NOT_NULL },
  { TSS32_CS, 0x80, 0, VECTOR_TS, RS_CHECK_SELECTOR_WITHIN_GDT },
  { TSS32_CS, 0x1004, 0, VECTOR_TS, RS_CHECK_SELECTOR_WITHIN_LDT },
  { TSS32_CS, SPARE_AS(FLOW_TYPE(1, 0, FLOW_DATA)), VECTOR_TS, RS_CHECK_TASK_IS_CODE },
  { TSS32_CS, SPARE_AS(FLOW_TYPE(1, 0, SYSTEM_CALL_GATE)), VECTOR_TS, RS_CHECK_TASK_IS_CODE },
  { TSS32_CS, SPARE_AS(FLOW_TYPE(1, 1, FLOW_CODE)), VECTOR_TS, RS_CHECK_TASK_CODE_DPL },
  { TSS32_CS, FLOW_SPARE | 2, FLOW_TYPE(1, 1, FLOW_CODE), VECTOR_TS, RS_CHECK_TASK_CODE_DPL },
  { TSS32_CS, FLOW_SPARE | 1, FLOW_TYPE(1, 2, FLOW_CODE | SEGMENT_CONFORMING), VECTOR_TS,
    RS_CHECK_TASK_CONFORMING_DPL },
  { TSS32_CS, SPARE_AS(FLOW_TYPE(0, 0, FLOW_CODE)), VECTOR_NP, RS_CHECK_TASK_CODE_PRESENT },
  { TSS32_CS, SPARE_AS(FLOW_TYPE(0, 0, FLOW_CODE | SEGMENT_CONFORMING)), VECTOR_NP,
    RS_CHECK_TASK_CODE_PRESENT },
  /* SS */
  { TSS32_SS, 0x0, 0, VECTOR_TS, RS_CHECK_TASK_STACK_NOT_NULL },
  { TSS32_SS, 0x80, 0, VECTOR_TS, RS_CHECK_SELECTOR_WITHIN_GDT },
  { TSS32_SS, FLOW_SPARE | 1, FLOW_TYPE(1, 0, FLOW_DATA), VECTOR_TS, RS_CHECK_STACK_SELECTOR_RPL },
  { TSS32_SS, SPARE_AS(FLOW_TYPE(1, 1, FLOW_DATA)), VECTOR_TS, RS_CHECK_STACK_DPL },
  { TSS32_SS, SPARE_AS(FLOW_TYPE(1, 0, SEGMENT_S)), VECTOR_TS, RS_CHECK_STACK_IS_WRITABLE_DATA },
  { TSS32_SS, SPARE_AS(FLOW_TYPE(1, 0, FLOW_CODE)), VECTOR_TS, RS_CHECK_STACK_IS_WRITABLE_DATA },
  { TSS32_SS, SPARE_AS(FLOW_TYPE(1, 0, SYSTEM_LDT)), VECTOR_TS, RS_CHECK_STACK_IS_WRITABLE_DATA },
  { TSS32_SS, SPARE_AS(FLOW_TYPE(0, 0, FLOW_DATA)), VECTOR_SS, RS_CHECK_STACK_PRESENT },
};

/* DS, ES, FS and GS are alike. */
static const struct segment_row data_rows[] = {
  { 0, 0x80, 0, VECTOR_TS, RS_CHECK_SELECTOR_WITHIN_GDT },
  { 0, 0x1004, 0, VECTOR_TS, RS_CHECK_SELECTOR_WITHIN_LDT },
  { 0, SPARE_AS(FLOW_TYPE(1, 0, SEGMENT_S | SEGMENT_CODE)), VECTOR_TS, RS_CHECK_DATA_SEGMENT_IS_READABLE },
  { 0, SPARE_AS(FLOW_TYPE(1, 0, SYSTEM_LDT)), VECTOR_TS, RS_CHECK_DATA_SEGMENT_IS_READABLE },
  { 0, FLOW_SPARE | 1, FLOW_TYPE(1, 0, FLOW_DATA), VECTOR_TS, RS_CHECK_DATA_SEGMENT_DPL },
  { 0, FLOW_SPARE | 3, FLOW_TYPE(1, 2, FLOW_CODE), VECTOR_TS, RS_CHECK_DATA_SEGMENT_DPL },
  { 0, SPARE_AS(FLOW_TYPE(0, 0, FLOW_DATA)), VECTOR_NP, RS_CHECK_DATA_SEGMENT_PRESENT },
  { 0, SPARE_AS(FLOW_TYPE(0, 0, FLOW_CODE)), VECTOR_NP, RS_CHECK_DATA_SEGMENT_PRESENT },
};

static void expect_row(struct flow *f, enum task_way way, const struct segment_row *row, unsigned offset) {
  bool through_gate = way_is_gate(way);
  two_tasks(f, way);
  if (through_gate) return; /* FLOW_SPARE is the gate; JMP and CALL stand for them */
  flow_descriptor(f, FLOW_SPARE, row->attributes);
  task_set(f, offset, 2, row->selector);
  switch_by(f, way);
  faulted_in_new_task(f, way, row->vector, selector_error(row->selector), row->check);
}

static void every_segment_is_qualified_in_the_new_task(void **state) {
  EACH_WAY(way)
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
    expect_row(*state, way, &rows[i], rows[i].offset);
}

static void so_are_the_data_segments(void **state) {
  static const unsigned offsets[] = { TSS32_DS, TSS32_ES, TSS32_FS, TSS32_GS };
  EACH_WAY(way)
  for (unsigned i = 0; i < 4 * sizeof data_rows / sizeof *data_rows; i++)
    expect_row(*state, way, &data_rows[i / 4], offsets[i % 4]);
}

/* [SDM3 "Exception Conditions Checked During a Task Switch"]: a task of ring 3 has no use for inner data. */
static void data_of_an_inner_ring_is_ts_in_a_task_of_ring_3(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_JMP);
  task_set(f, TSS32_CS, 2, FAKE_USER_CS32);
  task_set(f, TSS32_SS, 2, FAKE_USER_SS);
  task_set(f, TSS32_DS, 2, FAKE_KERNEL_SS);
  switch_by(f, BY_JMP);
  faulted_in_new_task(f, BY_JMP, VECTOR_TS, FAKE_KERNEL_SS, RS_CHECK_DATA_SEGMENT_DPL);
  assert_int_equal(f->out.after.cpl, 3);
}

/* "The processor first loads all the segment registers with segment selectors from the TSS, then checks their
 * contents" [SDM3 "Interrupt 10—Invalid TSS Exception (#TS)"]. */
static void selectors_are_loaded_before_any_is_checked(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_JMP);
  task_set(f, TSS32_CS, 2, FAKE_USER_CS32);
  task_set(f, TSS32_SS, 2, 0x1230);
  task_set(f, TSS32_DS, 2, 0x5678);
  switch_by(f, BY_JMP);
  faulted_in_new_task(f, BY_JMP, VECTOR_TS, 0x1230, RS_CHECK_SELECTOR_WITHIN_GDT);
  flow_assert_flat(f, SEGMENT_AFTER(f, CS), FAKE_USER_CS32);
  assert_int_equal(f->out.after.cpl, 3);
  assert_int_equal(SEGMENT_AFTER(f, SS)->selector, 0x1230);
  assert_int_equal(SEGMENT_AFTER(f, DS)->selector, 0x5678);
  assert_true(SEGMENT_AFTER(f, SS)->attributes & SEGMENT_UNUSABLE);
  assert_true(SEGMENT_AFTER(f, DS)->attributes & SEGMENT_UNUSABLE);
}

/* --- What is checked last --- */

static void the_new_eip_must_lie_within_the_limit(void **state) {
  EACH_WAY(way) {
    struct flow *f = *state;
    two_tasks(f, way);
    if (way_is_gate(way)) continue;
    fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE,
                 fake_descriptor(0, 0xffff, FLOW_TYPE(1, 0, FLOW_CODE) | SEGMENT_DB));
    task_set(f, TSS32_CS, 2, FLOW_SPARE);
    task_set(f, TSS32_EIP, 4, 0x10000);
    switch_by(f, way);
    faulted_in_new_task(f, way, VECTOR_GP, 0, RS_CHECK_TASK_IP_WITHIN_LIMIT);
    two_tasks(f, way);
    fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE,
                 fake_descriptor(0, 0xffff, FLOW_TYPE(1, 0, FLOW_CODE) | SEGMENT_DB));
    task_set(f, TSS32_CS, 2, FLOW_SPARE);
    task_set(f, TSS32_EIP, 4, 0xffff);
    assert_int_equal(switch_by(f, way), RS_COMPLETED);
  }
}

static void the_error_code_needs_room_on_the_new_stack(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_EXCEPTION);
  task_set(f, TSS32_ESP, 4, 3);
  switch_by(f, BY_EXCEPTION);
  faulted_in_new_task(f, BY_EXCEPTION, VECTOR_SS, 0, RS_CHECK_STACK_HAS_ROOM);
  two_tasks(f, BY_EXCEPTION);
  task_set(f, TSS32_ESP, 4, FAKE_KERNEL_CODE); /* nothing is mapped below */
  assert_int_equal(switch_by(f, BY_EXCEPTION), RS_TASK_FAULTED);
  assert_int_equal(f->out.fault.vector, VECTOR_PF);
  assert_int_equal(f->out.fault.cr2, FAKE_KERNEL_CODE - 4);
}

static void in_virtual_8086_mode_eip_must_lie_within_64_kib(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_JMP);
  task_set(f, TSS32_EFLAGS, 4, RFLAGS_FIXED | RFLAGS_VM);
  task_set(f, TSS32_EIP, 4, 0x10000);
  switch_by(f, BY_JMP);
  faulted_in_new_task(f, BY_JMP, VECTOR_GP, 0, RS_CHECK_TASK_IP_WITHIN_LIMIT);
}

/* [SDM3 "Task-Switch Exception Condition"] */
static void the_t_flag_is_a_debug_exception_before_the_first_instruction(void **state) {
  EACH_WAY(way)
  for (unsigned tf = 0; tf < 2; tf++) {
    struct flow *f = *state;
    two_tasks(f, way);
    if (tf) f->cpu.rflags |= RFLAGS_TF;
    task_set(f, TSS32_T, 2, 1);
    assert_int_equal(switch_by(f, way), RS_TASK_FAULTED);
    assert_int_equal(f->out.fault.vector, VECTOR_DB);
    assert_false(f->out.fault.has_error_code);
    bool steps = tf && way != BY_INT && !way_is_event(way);
    assert_int_equal(f->out.fault.dr6, DR6_BT | (steps ? DR6_BS : 0));
    assert_int_equal(f->out.after.rip, TASK_EIP);
    flow_assert_flat(f, SEGMENT_AFTER(f, GS), FAKE_KERNEL_SS);
  }
}

static void the_other_bits_of_that_word_are_no_trap(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_JMP);
  task_set(f, TSS32_T, 4, 0xfffffffe);
  assert_int_equal(switch_by(f, BY_JMP), RS_COMPLETED);
}

/* --- What follows --- */

/* [SDM3 "Interrupt 10—Invalid TSS Exception (#TS)"]: the saved CS and EIP are those of the new task. */
static void the_fault_is_delivered_on_the_new_tasks_stacks(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_JMP);
  task_set(f, TSS32_CS, 2, FAKE_USER_CS32);
  task_set(f, TSS32_SS, 2, 0x2003);
  task_set(f, 4, 4, FLOW_STACK(0) - 0x80); /* the new task's ESP0 and SS0 */
  task_set(f, 8, 2, FAKE_KERNEL_SS);
  flow_gate(f, VECTOR_TS, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, FLOW_TYPE(1, 0, SYSTEM_INTERRUPT_GATE));
  assert_int_equal(switch_by(f, BY_JMP), RS_TASK_FAULTED);
  fake_commit(f->memory, &f->out);
  f->cpu = f->out.after;
  assert_int_equal(flow_exception(f, VECTOR_TS, f->out.fault.error_code), RS_COMPLETED);
  FLOW_FRAME(f, 4, 0x2000, TASK_EIP, FAKE_USER_CS32, TASK_EFLAGS | RFLAGS_RF, TASK_ESP, 0x2003);
}

/* The longest transition there is: every descriptor on two pages of its own, nothing accessed before. */
static void the_longest_switch_finds_room(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_EXCEPTION);
  const uint64_t ldt = 0x10000ffc, gdt = 0x20000ffc, tss = 0x30000fe0, old = 0x40000fe0, idt = 0x50000fc4;
  const uint64_t tables[] = { ldt, gdt, tss, old, idt };
  for (unsigned i = 0; i < 5; i++)
    for (unsigned page = 0; page < 16; page++)
      if (i < 2 || page < 2)
        fake_map(f->memory, &f->cpu, (tables[i] & ~UINT64_C(0xfff)) + page * 0x1000, FAKE_RW);
  f->cpu.gdtr = (struct rs_table_register){ gdt, UINT16_MAX };
  f->cpu.idtr.base = idt - 8 * VECTOR_GP + 0x38;
  f->cpu.tr.base = old;
  flow_gate(f, VECTOR_GP, 0x1000, 0, FLOW_TYPE(1, 0, SYSTEM_TASK_GATE));
  fake_gdt_set(f->memory, &f->cpu, 0x1000, fake_descriptor(tss, 0x67, FLOW_TYPE(1, 0, SYSTEM_TSS_AVAILABLE)));
  fake_gdt_set(f->memory, &f->cpu, 0x2000, fake_descriptor(ldt, UINT16_MAX, FLOW_TYPE(1, 0, SYSTEM_LDT)));
  for (unsigned i = 0; i < 0x68; i += 4)
    fake_poke(f->memory, &f->cpu, tss + i, 4, fake_peek(f->memory, &f->cpu, TASK_TSS + i, 4));
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++) {
    bool code = i == RS_SEGMENT_INDEX(RS_CS);
    fake_poke(f->memory, &f->cpu, ldt + 0x1000 * (i + 1), 8,
              fake_descriptor(0, UINT32_MAX,
                              FLOW_TYPE(1, 0, code ? FLOW_CODE : FLOW_DATA) | SEGMENT_DB | SEGMENT_G));
    fake_poke(f->memory, &f->cpu, tss + TSS32_ES + 4 * i, 2, 0x1000 * (i + 1) + 4);
  }
  fake_poke(f->memory, &f->cpu, tss + TSS32_LDT, 2, 0x2000);
  fake_poke(f->memory, &f->cpu, tss + TSS32_ESP, 4, FAKE_KERNEL_STACK - 2);
  struct rs_interrupt_request request = { .vector = VECTOR_GP,
                                          .source = RS_SOURCE_EXCEPTION,
                                          .has_error_code = true };
  assert_int_equal(flow_deliver(f, &request), RS_COMPLETED);
  assert_in_range(f->out.step_count, 200, RS_STEP_LIMIT / 2);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(every_segment_is_qualified_in_the_new_task),
    CLAIM(so_are_the_data_segments),
    CLAIM(data_of_an_inner_ring_is_ts_in_a_task_of_ring_3),
    CLAIM(selectors_are_loaded_before_any_is_checked),
    CLAIM(the_new_eip_must_lie_within_the_limit),
    CLAIM(the_error_code_needs_room_on_the_new_stack),
    CLAIM(in_virtual_8086_mode_eip_must_lie_within_64_kib),
    CLAIM(the_t_flag_is_a_debug_exception_before_the_first_instruction),
    CLAIM(the_other_bits_of_that_word_are_no_trap),
    CLAIM(the_fault_is_delivered_on_the_new_tasks_stacks),
    CLAIM(the_longest_switch_finds_room),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

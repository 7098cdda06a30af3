/* Claims that other emulators and hasty readers of the manuals get wrong, and that no test of one mechanism
 * makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/far_pointer.h"
#include "arch/segment.h"
#include "arch/two_tasks.h"

#define GATE(dpl, type) FLOW_TYPE(1, dpl, type)

#define EACH_MODE(mode)                                                                                      \
  for (enum flow_mode mode = FLOW_PROTECTED; mode <= FLOW_LONG; mode = (enum flow_mode)(mode + 1))

static struct flow *kernel(void **state, enum flow_mode mode) {
  struct flow *f = *state;
  flow_enter(f, mode, RS_CPU_INTEL);
  return f;
}

/* --- Error codes --- */

/* [SDM3 "Error Code"]: an index, whatever a gate's size. */
static void the_index_of_an_idt_error_code_is_the_vector_in_either_mode(void **state) {
  EACH_MODE(mode)
  for (unsigned vector = 0; vector < 256; vector++) {
    struct flow *f = kernel(state, mode);
    flow_gate(f, (uint8_t)vector, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, FLOW_TYPE(0, 3, SYSTEM_INTERRUPT_GATE));
    flow_int(f, (uint8_t)vector);
    flow_refused(f, VECTOR_NP, vector * 8 + 2, RS_CHECK_GATE_PRESENT);
    flow_external(f, (uint8_t)vector);
    flow_refused(f, VECTOR_NP, vector * 8 + 3, RS_CHECK_GATE_PRESENT);
  }
}

/* INT n is the program's own doing, what it leads to is not. */
static void ext_is_clear_in_a_fault_of_int_n_and_set_in_the_fault_of_its_fault(void **state) {
  EACH_MODE(mode) {
    struct flow *f = kernel(state, mode);
    flow_gate(f, FLOW_HANDLER_VECTOR, 0x7f8, FAKE_KERNEL_CODE, GATE(3, SYSTEM_INTERRUPT_GATE));
    flow_gate(f, VECTOR_GP, 0x6f8, FAKE_KERNEL_CODE, GATE(0, SYSTEM_INTERRUPT_GATE));
    flow_int(f, FLOW_HANDLER_VECTOR);
    flow_refused(f, VECTOR_GP, 0x7f8, RS_CHECK_SELECTOR_WITHIN_GDT);
    struct rs_interrupt_request nested = exception_request(&f->out.fault, f->cpu.rip);
    flow_deliver(f, &nested);
    flow_refused(f, VECTOR_GP, 0x6f8 + ERROR_EXT, RS_CHECK_SELECTOR_WITHIN_GDT);
  }
}

/* --- 286 gates --- */

/* [SDM3 "Mixing 16-Bit and 32-Bit Code"]: of interrupt gates interrupt_test says it. */
static void a_286_call_gate_ignores_its_upper_offset_word(void **state) {
  for (unsigned ring = 0; ring < 4; ring += 3) {
    struct flow *f = *state;
    far_at_ring(f, FLOW_PROTECTED, ring);
    fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE_2,
                 fake_descriptor(0, 0xffff, GATE(0, FLOW_CODE))); /* the whole offset would be beyond it */
    fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE,
                 UINT64_C(0x0bad) << 48 | (uint64_t)GATE(3, SYSTEM_CALL_GATE_16) << 40 |
                     (uint64_t)FLOW_SPARE_2 << 16 | 0x1234);
    assert_int_equal(far_perform(f, FAR_CALL, 0, FLOW_SPARE), RS_COMPLETED);
    assert_int_equal(f->out.after.rip, 0x1234);
  }
}

/* --- Stacks --- */

/* The instruction's own stack, the word that it touches being in no-man's-land. */
static void every_transfer_over_a_non_canonical_stack_is_ss_0(void **state) {
  static const struct {
    const char *bytes;
    unsigned size;
  } rows[] = { { "\xcd\x80", 2 }, { "\x48\xcf", 2 }, { "\x48\xcb", 2 }, { "\x48\xca\x08\x00", 4 },
               { "\x9c", 1 },     { "\x9d", 1 },     { "\x0f\xa1", 2 } /* POP FS */ };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct flow *f = kernel(state, FLOW_LONG);
    f->cpu.general[4] = UINT64_C(0x0123456789abcde0);
    assert_int_equal(flow_perform_bytes(f, rows[i].bytes, rows[i].size), RS_FAULTED);
    assert_int_equal(f->out.fault.vector, VECTOR_SS);
    assert_int_equal(f->out.fault.error_code, 0);
  }
  struct flow *f = kernel(state, FLOW_LONG);
  f->cpu.general[4] = UINT64_C(0x0123456789abcde0);
  far_perform(f, FAR_CALL, FAKE_KERNEL_CODE, FAKE_KERNEL_CS);
  flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_CANONICAL);
}

static void far_ret_to_an_outer_ring_nulls_the_data_segments_of_inner_ones(void **state) {
  struct flow *f = kernel(state, FLOW_PROTECTED);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_ES)] = fake_segment(&f->cpu, FAKE_USER_SS);
  FLOW_PUT(f, 4, FAKE_USER_CODE, FAKE_USER_CS32, FAKE_USER_STACK, FAKE_USER_SS);
  assert_int_equal(FLOW_PERFORM(f, "\xcb"), RS_COMPLETED);
  flow_assert_flat(f, SEGMENT_AFTER(f, ES), FAKE_USER_SS);
  for (enum rs_register reg = RS_DS; reg <= RS_GS; reg++) {
    const struct rs_segment *segment = &f->out.after.segment[RS_SEGMENT_INDEX(reg)];
    assert_int_equal(segment->selector, 0);
    assert_true(segment->attributes & SEGMENT_UNUSABLE);
  }
}

/* --- Accessed bits --- */

/* Code at FLOW_SPARE that ends before its target, a stack at FLOW_SPARE_2; neither accessed yet. */
static struct flow *short_code(void **state, unsigned ring) {
  struct flow *f = kernel(state, FLOW_PROTECTED);
  fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE, fake_descriptor(0, 0xfff, GATE(ring, FLOW_CODE) | SEGMENT_DB));
  flow_descriptor(f, FLOW_SPARE_2, GATE(ring, FLOW_DATA));
  return f;
}

static void nothing_is_accessed(struct flow *f, uint8_t vector) {
  assert_int_equal(f->out.outcome, RS_FAULTED);
  assert_int_equal(f->out.fault.vector, vector);
  fake_commit(f->memory, &f->out);
  assert_false(fake_peek(f->memory, &f->cpu, FAKE_GDT + FLOW_SPARE + 5, 1) & SEGMENT_ACCESSED);
  assert_false(fake_peek(f->memory, &f->cpu, FAKE_GDT + FLOW_SPARE_2 + 5, 1) & SEGMENT_ACCESSED);
}

/* The last check of each is that of the offset. */
static void what_is_refused_at_the_end_leaves_no_accessed_bit(void **state) {
  struct flow *f = short_code(state, 0);
  fake_enter_user(&f->cpu);
  flow_gate(f, FLOW_HANDLER_VECTOR, FLOW_SPARE, 0x1000, GATE(3, SYSTEM_INTERRUPT_GATE));
  flow_set_stack_segment(f, 0, FLOW_SPARE_2);
  flow_int(f, FLOW_HANDLER_VECTOR);
  nothing_is_accessed(f, VECTOR_GP);
  f = short_code(state, 3);
  FLOW_PUT(f, 4, 0x1000, FLOW_SPARE + 3, RFLAGS_FIXED, FAKE_USER_STACK, FLOW_SPARE_2 + 3);
  FLOW_PERFORM(f, "\xcf");
  nothing_is_accessed(f, VECTOR_GP);
  f = short_code(state, 3);
  FLOW_PUT(f, 4, 0x1000, FLOW_SPARE + 3, FAKE_USER_STACK, FLOW_SPARE_2 + 3);
  FLOW_PERFORM(f, "\xcb");
  nothing_is_accessed(f, VECTOR_GP);
  f = short_code(state, 0);
  far_perform(f, FAR_JMP, 0x1000, FLOW_SPARE);
  nothing_is_accessed(f, VECTOR_GP);
}

/* --- NMIs --- */

static void nmis_are_unblocked(struct flow *f, enum rs_outcome outcome) {
  assert_int_equal(f->out.outcome, outcome);
  assert_false(f->out.after.nmi_blocked);
}

/* [SDM3 "Handling Multiple NMIs"] */
static void every_iret_unblocks_nmis_whatever_becomes_of_it(void **state) {
  EACH_MODE(mode) {
    struct flow *f = kernel(state, mode);
    f->cpu.nmi_blocked = true;
    f->cpu.rflags |= RFLAGS_NT; /* no TSS is there to return to */
    FLOW_PERFORM(f, "\xcf");
    nmis_are_unblocked(f, RS_FAULTED);
  }
  struct flow *f = kernel(state, FLOW_PROTECTED);
  f->cpu.nmi_blocked = true;
  f->cpu.rflags |= RFLAGS_VM; /* IOPL is 0 */
  f->cpu.cpl = 3;
  FLOW_PERFORM(f, "\xcf");
  nmis_are_unblocked(f, RS_FAULTED);
  f->cpu.cr0 &= ~(CR0_PE | CR0_PG);
  f->cpu.cpl = 0;
  f->cpu.rflags &= ~RFLAGS_VM;
  f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)].limit = 0;
  FLOW_PERFORM(f, "\xcf");
  nmis_are_unblocked(f, RS_FAULTED);
}

static void iret_to_another_task_unblocks_nmis(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_IRET);
  f->cpu.nmi_blocked = true;
  switch_by(f, BY_IRET);
  nmis_are_unblocked(f, RS_COMPLETED);
  task_set(f, TSS32_SS, 2, 0);
  switch_by(f, BY_IRET);
  nmis_are_unblocked(f, RS_TASK_FAULTED);
}

/* --- Tasks --- */

/* [SDM3 "Task Management in 64-bit Mode"]; of IRET iret_long_test says it. */
static void no_way_leads_to_a_task_in_ia_32e_mode(void **state) {
  static const uint8_t types[] = { SYSTEM_TSS_16_AVAILABLE, SYSTEM_TASK_GATE, SYSTEM_TSS_AVAILABLE };
  for (unsigned i = 0; i < sizeof types; i++)
    for (unsigned call = 0; call < 2; call++) {
      struct flow *f = kernel(state, FLOW_LONG);
      fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE, fake_descriptor(FAKE_TSS, 0x67, GATE(0, types[i])));
      far_perform(f, call ? FAR_CALL : FAR_JMP, 0, FLOW_SPARE);
      flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_FAR_TARGET_TYPE);
    }
  struct flow *f = kernel(state, FLOW_LONG);
  flow_gate(f, FLOW_HANDLER_VECTOR, FLOW_SPARE, 0, GATE(3, SYSTEM_TASK_GATE));
  flow_int(f, FLOW_HANDLER_VECTOR);
  flow_refused(f, VECTOR_GP, FLOW_HANDLER_VECTOR * 8 + 2, RS_CHECK_GATE_TYPE);
}

/* A fault past the point of no return meets the new task's ring, though its stack is not loaded yet. */
static void the_ring_of_a_task_is_that_of_cs_before_ss_is_loaded(void **state) {
  struct flow *f = *state;
  two_tasks(f, BY_JMP);
  task_set(f, TSS32_CS, 2, FAKE_USER_CS32);
  task_set(f, TSS32_LDT, 2, FAKE_KERNEL_SS); /* the first thing that is qualified */
  assert_int_equal(switch_by(f, BY_JMP), RS_TASK_FAULTED);
  assert_int_equal(f->out.fault.vector, VECTOR_TS);
  assert_int_equal(f->out.after.cpl, 3);
}

/* --- Virtual-8086 mode --- */

/* CR4.VME is refused (control_test), so IOPL alone decides, whatever redirection map a TSS may hold. */
static void without_vme_no_redirection_map_is_read(void **state) {
  struct flow *f = kernel(state, FLOW_PROTECTED);
  f->cpu.cpl = 3;
  f->cpu.rflags |= RFLAGS_VM;
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    f->cpu.segment[i] = segment_of_v86(0);
  FLOW_PERFORM(f, "\xcd\x80");
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_V86_SOFTWARE_INT_IOPL);
  f->cpu.rflags |= RFLAGS_IOPL;
  assert_int_equal(FLOW_PERFORM(f, "\xcd\x80"), RS_COMPLETED);
  assert_int_equal(fake_count_steps(&f->out, RS_STEP_READ, RS_ITEM_IO_PERMISSION), 0);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(the_index_of_an_idt_error_code_is_the_vector_in_either_mode),
    CLAIM(ext_is_clear_in_a_fault_of_int_n_and_set_in_the_fault_of_its_fault),
    CLAIM(a_286_call_gate_ignores_its_upper_offset_word),
    CLAIM(every_transfer_over_a_non_canonical_stack_is_ss_0),
    CLAIM(far_ret_to_an_outer_ring_nulls_the_data_segments_of_inner_ones),
    CLAIM(what_is_refused_at_the_end_leaves_no_accessed_bit),
    CLAIM(every_iret_unblocks_nmis_whatever_becomes_of_it),
    CLAIM(iret_to_another_task_unblocks_nmis),
    CLAIM(no_way_leads_to_a_task_in_ia_32e_mode),
    CLAIM(the_ring_of_a_task_is_that_of_cs_before_ss_is_loaded),
    CLAIM(without_vme_no_redirection_map_is_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Claims about one step back: which step of a transition wrote a place, and what it took that from. */
#include "explain/sources.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "arch/bits.h"

/* A transition that is made step by step; released by its test. */
static struct rs_transition *transition_begin(enum rs_mechanism mechanism, enum rs_operation operation) {
  struct rs_transition *t = calloc(1, sizeof *t);
  assert_non_null(t);
  t->cause.mechanism = mechanism;
  t->cause.has_instruction = operation != RS_OP_NONE;
  t->cause.instruction = (struct rs_instruction){ .operation = operation, .length = 2 };
  t->before.rip = 0x1000;
  t->before.msr[RS_MSR_INDEX(RS_EFER)] = EFER_LMA;
  return t;
}

static struct rs_step *step_add(struct rs_transition *t, enum rs_step_kind kind, enum rs_item item,
                                unsigned reg, uint64_t linear, uint64_t value) {
  struct rs_step *step = &t->step[t->step_count++];
  *step = (struct rs_step){
    .kind = (uint8_t)kind, .size = 8, .id = (uint16_t)item, .reg = (uint16_t)reg, .walk = RS_NO_WALK
  };
  if (kind == RS_STEP_READ) {
    step->read.linear = step->read.physical = linear;
    step->read.value.word[0] = value;
  } else {
    step->write.linear = step->write.physical = linear;
    step->write.new.word[0] = value;
    if (item == RS_ITEM_REGISTER) t->written |= UINT64_C(1) << reg;
  }
  return step;
}

static struct culprit culprit_of_register(enum rs_register reg, uint64_t bits) {
  struct culprit culprit = { .kind = CULPRIT_REGISTER, .bits = bits };
  culprit.read.reg = (uint16_t)reg;
  return culprit;
}

static struct culprit culprit_of_memory(enum rs_item item, uint64_t linear, uint8_t size) {
  struct culprit culprit = { .kind = CULPRIT_MEMORY };
  culprit.read.id = (uint16_t)item;
  culprit.read.size = size;
  culprit.read.read.linear = culprit.read.read.physical = linear;
  return culprit;
}

static const struct offsets no_offsets;

static bool wrote(const struct rs_transition *t, const struct culprit *culprit,
                  const struct offsets *offsets) {
  struct extent extent;
  return transition_wrote(t, culprit, offsets, &extent) != NULL;
}

/* The one place that the last step of `t` took its value from. */
static struct rs_step source_of(const struct rs_transition *t) {
  struct sources sources;
  sources_of_transition(t, &t->step[t->step_count - 1], false, &sources);
  assert_int_equal(sources.count, 1);
  return sources.place[0];
}

static void an_entry_takes_its_address_from_the_msr_and_its_selectors_from_star(void **state) {
  struct rs_transition *t = transition_begin(RS_MECHANISM_SYSCALL, RS_OP_SYSCALL);
  (void)state;
  step_add(t, RS_STEP_READ, RS_ITEM_REGISTER, RS_STAR, 0, 1);
  step_add(t, RS_STEP_READ, RS_ITEM_REGISTER, RS_LSTAR, 0, 2);
  step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_RIP, 0, 2);
  assert_int_equal(source_of(t).reg, RS_LSTAR);
  step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_CS, 0, 0);
  assert_int_equal(source_of(t).reg, RS_STAR);
  step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_SS, 0, 0);
  assert_int_equal(source_of(t).reg, RS_STAR);
  free(t);
}

static void a_fast_return_takes_its_address_from_the_register_that_the_manual_names(void **state) {
  struct rs_transition *t = transition_begin(RS_MECHANISM_SYSRET, RS_OP_SYSRET);
  (void)state;
  step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_RIP, 0, 5);
  assert_int_equal(source_of(t).reg, RS_RCX);
  t->cause.mechanism = RS_MECHANISM_SYSEXIT;
  assert_int_equal(source_of(t).reg, RS_RDX);
  step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_RSP, 0, 5);
  assert_int_equal(source_of(t).reg, RS_RCX);
  free(t);
}

static void a_delivery_takes_its_stack_from_the_tss_and_its_handler_from_the_gate(void **state) {
  struct rs_transition *t = transition_begin(RS_MECHANISM_INTERRUPT, RS_OP_NONE);
  (void)state;
  step_add(t, RS_STEP_READ, RS_ITEM_IDT_GATE, 0, 0x8000, 0);
  step_add(t, RS_STEP_READ, RS_ITEM_TSS_STACK_POINTER, 0, 0x9004, 0);
  step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_RSP, 0, 0);
  assert_int_equal(source_of(t).read.linear, 0x9004);
  step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_RIP, 0, 0);
  assert_int_equal(source_of(t).read.linear, 0x8000);
  free(t);
}

static void a_return_takes_each_register_from_the_word_that_it_popped_for_it(void **state) {
  struct rs_transition *t = transition_begin(RS_MECHANISM_IRET, RS_OP_IRET);
  (void)state;
  step_add(t, RS_STEP_READ, RS_ITEM_POPPED_IP, RS_RIP, 0x7000, 1);
  step_add(t, RS_STEP_READ, RS_ITEM_POPPED_CS, RS_CS, 0x7008, 2);
  step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_CS, 0, 2);
  assert_int_equal(source_of(t).read.linear, 0x7008);
  step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_RIP, 0, 1);
  assert_int_equal(source_of(t).read.linear, 0x7000);
  free(t);
}

static void a_pushed_word_comes_from_its_register_and_a_stray_one_from_the_stack_pointer(void **state) {
  struct rs_transition *t = transition_begin(RS_MECHANISM_INTERRUPT, RS_OP_NONE);
  struct sources sources;
  (void)state;
  step_add(t, RS_STEP_READ, RS_ITEM_TSS_IST, 0, 0x9024, 0);
  const struct rs_step *push = step_add(t, RS_STEP_WRITE, RS_ITEM_PUSHED_SS, RS_SS, 0x7ff8, 0);
  assert_int_equal(source_of(t).reg, RS_SS);
  sources_of_transition(t, push, true, &sources);
  assert_int_equal(sources.count, 1);
  assert_int_equal(sources.place[0].read.linear, 0x9024);
  free(t);
}

static void an_msr_takes_its_value_from_rax_and_rdx_and_swapgs_from_the_other_base(void **state) {
  struct rs_transition *t = transition_begin(RS_MECHANISM_OPERATION, RS_OP_WRMSR);
  struct sources sources;
  (void)state;
  const struct rs_step *write = step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_LSTAR, 0, 0);
  sources_of_transition(t, write, false, &sources);
  assert_int_equal(sources.count, 2);
  assert_int_equal(sources.place[0].reg, RS_RAX);
  assert_int_equal(sources.place[1].reg, RS_RDX);
  t->cause.instruction.operation = RS_OP_SWAPGS;
  step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_GS, 0, 0);
  assert_int_equal(source_of(t).reg, RS_KERNEL_GS_BASE);
  step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_KERNEL_GS_BASE, 0, 0);
  assert_int_equal(source_of(t).reg, RS_GS);
  free(t);
}

static void a_change_of_other_bits_is_none(void **state) {
  struct rs_transition *t = transition_begin(RS_MECHANISM_OPERATION, RS_OP_POPF);
  const struct culprit nt = culprit_of_register(RS_RFLAGS, RFLAGS_NT),
                       flags = culprit_of_register(RS_RFLAGS, 0);
  (void)state;
  step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_RFLAGS, 0, RFLAGS_IF);
  assert_true(wrote(t, &flags, &no_offsets));
  assert_false(wrote(t, &nt, &no_offsets));
  step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_RFLAGS, 0, RFLAGS_NT);
  assert_true(wrote(t, &nt, &no_offsets));
  free(t);
}

static void an_instruction_pointer_that_moves_on_was_not_set(void **state) {
  struct rs_transition *t = transition_begin(RS_MECHANISM_OPERATION, RS_OP_CLI);
  const struct culprit rip = culprit_of_register(RS_RIP, 0);
  (void)state;
  struct rs_step *step = step_add(t, RS_STEP_WRITE, RS_ITEM_REGISTER, RS_RIP, 0, 0x1002);
  assert_false(wrote(t, &rip, &no_offsets));
  step->write.new.word[0] = 0x2000;
  assert_true(wrote(t, &rip, &no_offsets));
  free(t);
}

static void what_a_failed_attempt_would_have_written_was_not_and_marks_do_not_count(void **state) {
  struct rs_transition *t = transition_begin(RS_MECHANISM_OPERATION, RS_OP_LTR);
  const struct culprit entry = culprit_of_memory(RS_ITEM_PAGE_ENTRY, 0x5008, 8);
  (void)state;
  step_add(t, RS_STEP_WRITE, RS_ITEM_PAGE_ACCESSED_DIRTY, 0, 0x5008, 0x21);
  assert_false(wrote(t, &entry, &no_offsets));
  step_add(t, RS_STEP_WRITE, RS_ITEM_OPERAND, 0, 0x5008, 0x21);
  assert_true(wrote(t, &entry, &no_offsets));
  t->outcome = RS_FAULTED;
  assert_false(wrote(t, &entry, &no_offsets));
  free(t);
}

static void memory_is_known_again_by_a_mapping_that_was_seen(void **state) {
  struct rs_transition *t = transition_begin(RS_MECHANISM_OPERATION, RS_OP_SGDT);
  const struct culprit entry = culprit_of_memory(RS_ITEM_PAGE_ENTRY, 0x5008, 8);
  struct offsets offsets = { .count = 0 };
  (void)state;
  struct rs_step *step = step_add(t, RS_STEP_WRITE, RS_ITEM_OPERAND, 0, 0xffff800000005008, 1);
  step->write.physical = 0x999000; /* of another page that is said to be there */
  assert_false(wrote(t, &entry, &offsets));
  struct rs_transition *other = transition_begin(RS_MECHANISM_OPERATION, RS_OP_LGDT);
  step_add(other, RS_STEP_READ, RS_ITEM_OPERAND, 0, 0xffff800000001000, 0)->read.physical = 0x1000;
  offsets_follow(&offsets, other);
  assert_true(wrote(t, &entry, &offsets));
  free(other);
  free(t);
}

static void only_the_bytes_that_matter_count_and_their_extent_is_told(void **state) {
  struct rs_transition *t = transition_begin(RS_MECHANISM_OPERATION, RS_OP_SGDT);
  struct culprit gate = culprit_of_memory(RS_ITEM_IDT_GATE, 0x8000, 16);
  struct extent extent;
  (void)state;
  gate.focus = 5;
  gate.focus_size = 1;
  struct rs_step *step = step_add(t, RS_STEP_WRITE, RS_ITEM_OPERAND, 0, 0x8002, 0);
  step->size = 2;
  assert_null(transition_wrote(t, &gate, &no_offsets, &extent));
  step->size = 4;
  assert_non_null(transition_wrote(t, &gate, &no_offsets, &extent));
  assert_int_equal(extent.first, 2);
  assert_int_equal(extent.size, 4);
  step->write.linear = step->write.physical = 0x7ffe; /* begins before the gate */
  step->size = 8;
  assert_non_null(transition_wrote(t, &gate, &no_offsets, &extent));
  assert_int_equal(extent.first, 0);
  assert_int_equal(extent.size, 6);
  free(t);
}

/* An instruction that moves RSP from 0x7000 to `to`. */
static bool moves_stack(uint64_t to, uint64_t bits) {
  struct rs_cpu before = { .rip = 0x1000 }, after = { .rip = 0x1001 };
  const struct rs_instruction_event event = { .length = 1, .before = &before, .after = &after };
  const struct culprit rsp = culprit_of_register(RS_RSP, bits);
  struct extent extent = { .first = 0 };
  before.general[RS_RSP - RS_RAX] = 0x7000;
  after.general[RS_RSP - RS_RAX] = to;
  return instruction_wrote(NULL, &event, &rsp, &no_offsets, &extent);
}

static void a_stack_pointer_in_use_was_not_set(void **state) {
  (void)state;
  assert_false(moves_stack(0x6ff8, 0));
  assert_false(moves_stack(0x7010, 0));
  assert_true(moves_stack(0x9000, 0));
  assert_true(moves_stack(0x6ff8, UINT64_MAX)); /* who moved it last, however little */
}

/* MOV EAX, 1 where RAX is 1 already, and then goes on at `rip`. */
static bool writes_rax(uint64_t rip) {
  struct disasm *disasm = disasm_open();
  struct rs_cpu before = { .rip = 0x1000 }, after = { .rip = rip };
  const struct rs_instruction_event event = {
    .length = 5, .bytes = { 0xb8, 1 }, .before = &before, .after = &after
  };
  const struct culprit rax = culprit_of_register(RS_RAX, 0), rcx = culprit_of_register(RS_RCX, 0);
  struct extent extent = { .first = 0 };
  assert_non_null(disasm);
  before.segment[RS_SEGMENT_INDEX(RS_CS)].attributes = after.segment[RS_SEGMENT_INDEX(RS_CS)].attributes =
      SEGMENT_DB;
  before.general[0] = after.general[0] = 1;
  bool writes = instruction_wrote(disasm, &event, &rax, &no_offsets, &extent);
  assert_false(instruction_wrote(disasm, &event, &rcx, &no_offsets, &extent));
  disasm_close(disasm);
  return writes;
}

static void a_register_may_be_written_without_a_change_but_not_by_what_faulted(void **state) {
  (void)state;
  assert_true(writes_rax(0x1005));
  assert_false(writes_rax(0x1000));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_entry_takes_its_address_from_the_msr_and_its_selectors_from_star),
    cmocka_unit_test(a_fast_return_takes_its_address_from_the_register_that_the_manual_names),
    cmocka_unit_test(a_delivery_takes_its_stack_from_the_tss_and_its_handler_from_the_gate),
    cmocka_unit_test(a_return_takes_each_register_from_the_word_that_it_popped_for_it),
    cmocka_unit_test(a_pushed_word_comes_from_its_register_and_a_stray_one_from_the_stack_pointer),
    cmocka_unit_test(an_msr_takes_its_value_from_rax_and_rdx_and_swapgs_from_the_other_base),
    cmocka_unit_test(a_change_of_other_bits_is_none),
    cmocka_unit_test(an_instruction_pointer_that_moves_on_was_not_set),
    cmocka_unit_test(what_a_failed_attempt_would_have_written_was_not_and_marks_do_not_count),
    cmocka_unit_test(memory_is_known_again_by_a_mapping_that_was_seen),
    cmocka_unit_test(only_the_bytes_that_matter_count_and_their_extent_is_told),
    cmocka_unit_test(a_stack_pointer_in_use_was_not_set),
    cmocka_unit_test(a_register_may_be_written_without_a_change_but_not_by_what_faulted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

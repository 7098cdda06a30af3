/* Claims about far JMP and far CALL [SDM2 "JMP—Jump"], [SDM2 "CALL—Call Procedure"] to code; gates and tasks
 * have tests of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/far_pointer.h"
#include "arch/instruction.h"
#include "arch/segment.h"

#define CS_OF(f) ((f)->cpu.segment[RS_SEGMENT_INDEX(RS_CS)])

static const enum far_kind kinds[] = { FAR_JMP, FAR_CALL };

#define EACH_KIND(kind) for (unsigned kind = 0; kind < 2; kind++)

static struct flow *at_ring(void **state, enum flow_mode mode, unsigned ring) {
  struct flow *f = *state;
  far_at_ring(f, mode, ring);
  f->cpu.rflags |= RFLAGS_CF | RFLAGS_RF;
  return f;
}

static struct flow *kernel(void **state, enum flow_mode mode) {
  return at_ring(state, mode, 0);
}

/* --- Real-address and virtual-8086 mode --- */

static struct flow *real_mode(void **state) {
  struct flow *f = kernel(state, FLOW_PROTECTED);
  f->cpu.cr0 &= ~(CR0_PE | CR0_PG);
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    f->cpu.segment[i] = segment_of_v86(0x1000);
  fake_poke(f->memory, &f->cpu, 0x10000, 1, 0); /* there is memory */
  CS_OF(f).attributes = SEGMENT_P | SEGMENT_S | SEGMENT_CODE | SEGMENT_READABLE | SEGMENT_ACCESSED;
  f->cpu.rip = 0x20;
  f->cpu.general[4] = 0x100;
  return f;
}

static struct flow *virtual_8086(void **state) {
  struct flow *f = at_ring(state, FLOW_PROTECTED, 3);
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++)
    f->cpu.segment[i] = segment_of_v86(0x1000);
  f->cpu.rflags |= RFLAGS_VM;
  f->cpu.rip = 0x20;
  f->cpu.general[4] = 0x100;
  fake_map(f->memory, &f->cpu, 0x10000, FAKE_RW | FAKE_US);
  return f;
}

static void in_real_mode_the_base_is_sixteen_times_any_selector(void **state) {
  struct flow *f = real_mode(state);
  assert_int_equal(FLOW_PERFORM(f, "\xea\x34\x12\xcd\xab"), RS_COMPLETED);
  assert_int_equal(f->out.cause.mechanism, RS_MECHANISM_FAR_TRANSFER);
  assert_int_equal(f->out.after.rip, 0x1234);
  assert_int_equal(f->out.after.rflags, f->cpu.rflags & ~RFLAGS_RF);
  flow_assert_segment(SEGMENT_AFTER(f, CS), 0xabcd, CS_OF(f).attributes, UINT16_MAX, 0xabcd0);
  assert_int_equal(AFTER(f, RSP), 0x100);
}

static void in_real_mode_call_pushes_words_or_doublewords(void **state) {
  struct flow *f = real_mode(state);
  assert_int_equal(FLOW_PERFORM(f, "\x9a\x34\x12\xcd\xab"), RS_COMPLETED);
  assert_int_equal(AFTER(f, RSP), 0xfc);
  FLOW_FRAME(f, 2, 0x25, 0x1000);
  f = real_mode(state);
  assert_int_equal(FLOW_PERFORM(f, "\x66\x9a\x34\x12\0\0\xcd\xab"), RS_COMPLETED);
  FLOW_FRAME(f, 4, 0x28, 0x1000);
}

/* The limit is that of CS, which may be more than 64 KiB [SDM3 "Switching Back to Real-Address Mode"]. */
static void in_real_mode_the_limit_of_cs_stays_and_is_checked(void **state) {
  struct flow *f = real_mode(state);
  FLOW_PERFORM(f, "\x66\xea\0\0\x01\0\xcd\xab");
  flow_refused_plain(f, VECTOR_GP, RS_CHECK_FAR_WITHIN_LIMIT);
  CS_OF(f).limit = UINT32_MAX;
  assert_int_equal(FLOW_PERFORM(f, "\x66\xea\0\0\x01\0\xcd\xab"), RS_COMPLETED);
  assert_int_equal(SEGMENT_AFTER(f, CS)->limit, UINT32_MAX);
  f = real_mode(state);
  f->cpu.general[4] = 3;
  FLOW_PERFORM(f, "\x66\x9a\0\0\x01\0\xcd\xab");
  flow_refused_plain(f, VECTOR_SS, RS_CHECK_STACK_HAS_ROOM); /* before the target is looked at */
}

static void in_virtual_8086_mode_it_does_as_in_real_mode_at_ring_3(void **state) {
  struct flow *f = virtual_8086(state);
  assert_int_equal(FLOW_PERFORM(f, "\x9a\x34\x12\xcd\xab"), RS_COMPLETED);
  assert_int_equal(f->out.after.cpl, 3);
  assert_true(f->out.after.rflags & RFLAGS_VM);
  assert_int_equal(SEGMENT_AFTER(f, CS)->base, 0xabcd0);
  FLOW_FRAME(f, 2, 0x25, 0x1000);
  f = virtual_8086(state);
  FLOW_PERFORM(f, "\x66\xea\0\0\x01\0\xcd\xab");
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_FAR_WITHIN_LIMIT);
}

/* --- Which code, from which ring --- */

/* [SDM3 "Direct Calls or Jumps to Code Segments"] */
static bool may_enter(unsigned cpl, unsigned rpl, unsigned dpl, bool conforming) {
  return conforming ? dpl <= cpl : rpl <= cpl && dpl == cpl;
}

static void direct_of_every_privilege(void **state, enum flow_mode mode) {
  uint32_t bits = mode == FLOW_LONG ? SEGMENT_L : SEGMENT_DB;
  for (unsigned i = 0; i < 4 * 4 * 4 * 2 * 2; i++) {
    unsigned cpl = i & 3, rpl = i >> 2 & 3, dpl = i >> 4 & 3, conforming = i >> 6 & 1;
    struct flow *f = at_ring(state, mode, cpl);
    uint32_t type = FLOW_CODE | bits | (conforming ? SEGMENT_CONFORMING : 0);
    uint64_t ip = cpl == 3 ? FAKE_USER_CODE : FAKE_KERNEL_CODE;
    flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, dpl, type));
    far_perform(f, kinds[i >> 7], ip + 5, (uint16_t)(FLOW_SPARE | rpl));
    if (!may_enter(cpl, rpl, dpl, conforming)) {
      flow_refused(f, VECTOR_GP, FLOW_SPARE,
                   conforming  ? RS_CHECK_FAR_CONFORMING_DPL
                   : rpl > cpl ? RS_CHECK_FAR_CODE_RPL
                               : RS_CHECK_FAR_CODE_DPL);
      continue;
    }
    assert_int_equal(f->out.outcome, RS_COMPLETED);
    assert_int_equal(f->out.after.cpl, cpl);
    assert_int_equal(f->out.after.rip, ip + 5);
    assert_int_equal(SEGMENT_AFTER(f, CS)->selector, FLOW_SPARE | cpl); /* RPL becomes CPL */
    assert_true(SEGMENT_AFTER(f, CS)->attributes & SEGMENT_ACCESSED);
    assert_int_equal(f->out.after.rflags, f->cpu.rflags & ~RFLAGS_RF);
  }
}

static void code_is_entered_from_its_own_ring_or_conforming_from_an_outer_one(void **state) {
  direct_of_every_privilege(state, FLOW_PROTECTED);
}

static void the_same_holds_in_64_bit_mode(void **state) {
  direct_of_every_privilege(state, FLOW_LONG);
}

/* [SDM2 "JMP—Jump"]: what is no target is #GP with the selector. IA-32e mode has the 64-bit call gate alone.
 */
static void only_code_gates_and_tasks_are_targets(void **state) {
  static const uint32_t system_targets[2] = { 1 << 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9 | 1 << 11 | 1 << 12,
                                              1 << 12 };
  for (unsigned i = 0; i < 2 * 2 * 32; i++) {
    enum flow_mode mode = i & 1 ? FLOW_LONG : FLOW_PROTECTED;
    unsigned type = i >> 2;
    struct flow *f = kernel(state, mode);
    bool target = type & SEGMENT_S ? type & SEGMENT_CODE : system_targets[i & 1] >> type & 1;
    flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(0, 0, type)); /* not present: no target goes further */
    far_perform(f, kinds[i >> 1 & 1], FAKE_KERNEL_CODE, FLOW_SPARE);
    assert_int_equal(f->out.outcome, RS_FAULTED);
    assert_int_equal(f->out.fault.error_code, FLOW_SPARE);
    assert_int_equal(fake_failed_check(&f->out) == RS_CHECK_FAR_TARGET_TYPE, !target);
    if (!target) assert_int_equal(f->out.fault.vector, VECTOR_GP);
  }
}

static void the_selector_must_name_a_descriptor(void **state) {
  EACH_KIND(kind) {
    for (uint16_t null = 0; null < 4; null++) {
      struct flow *f = kernel(state, FLOW_PROTECTED);
      far_perform(f, kinds[kind], 0, null);
      flow_refused(f, VECTOR_GP, 0, RS_CHECK_FAR_SELECTOR_NOT_NULL);
    }
    struct flow *f = kernel(state, FLOW_PROTECTED);
    far_perform(f, kinds[kind], 0, 0x83);
    flow_refused(f, VECTOR_GP, 0x80, RS_CHECK_SELECTOR_WITHIN_GDT);
    f->cpu.ldtr.limit = 0xe;
    far_perform(f, kinds[kind], 0, 0xc);
    flow_refused(f, VECTOR_GP, 0xc, RS_CHECK_SELECTOR_WITHIN_LDT);
    f->cpu.ldtr.attributes = SEGMENT_UNUSABLE;
    far_perform(f, kinds[kind], 0, 0xc);
    flow_refused(f, VECTOR_GP, 0xc, RS_CHECK_LDT_USABLE);
  }
}

static void code_in_the_ldt_is_code_as_well(void **state) {
  struct flow *f = kernel(state, FLOW_PROTECTED);
  fake_poke(f->memory, &f->cpu, FAKE_LDT + 8, 8,
            fake_descriptor(0x1000, 0xffff, FLOW_TYPE(1, 0, FLOW_CODE) | SEGMENT_DB));
  assert_int_equal(far_perform(f, FAR_JMP, 0xffff, 0xc), RS_COMPLETED);
  flow_assert_segment(SEGMENT_AFTER(f, CS), 0xc, FLOW_TYPE(1, 0, FLOW_CODE) | SEGMENT_DB | SEGMENT_ACCESSED,
                      0xffff, 0x1000);
}

static void absent_code_is_np_with_its_selector_and_is_not_accessed(void **state) {
  EACH_KIND(kind) {
    struct flow *f = kernel(state, FLOW_PROTECTED);
    flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(0, 0, FLOW_CODE));
    far_perform(f, kinds[kind], FAKE_KERNEL_CODE, FLOW_SPARE);
    flow_refused(f, VECTOR_NP, FLOW_SPARE, RS_CHECK_FAR_CODE_PRESENT);
    assert_int_equal(fake_count_steps(&f->out, RS_STEP_WRITE, RS_ITEM_DESCRIPTOR_ACCESSED), 0);
  }
}

static void the_offset_must_lie_within_the_limit(void **state) {
  static const struct {
    uint32_t offset;
    enum rs_outcome outcome;
  } rows[] = { { 0xfff, RS_COMPLETED }, { 0x1000, RS_FAULTED }, { UINT32_MAX, RS_FAULTED } };
  for (unsigned i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
    struct flow *f = kernel(state, FLOW_PROTECTED);
    fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE,
                 fake_descriptor(0, 0xfff, FLOW_TYPE(1, 0, FLOW_CODE) | SEGMENT_DB));
    enum rs_outcome outcome = far_perform(f, kinds[i & 1], rows[i / 2].offset, FLOW_SPARE);
    assert_int_equal(outcome, rows[i / 2].outcome);
    if (outcome == RS_FAULTED) flow_refused(f, VECTOR_GP, 0, RS_CHECK_FAR_WITHIN_LIMIT);
  }
}

/* --- CALL's stack --- */

static void call_pushes_the_return_address_in_its_operand_size(void **state) {
  struct flow *f = kernel(state, FLOW_PROTECTED);
  assert_int_equal(far_perform(f, FAR_CALL, FAKE_KERNEL_CODE + 0x10, FAKE_KERNEL_CS), RS_COMPLETED);
  assert_int_equal(AFTER(f, RSP), FAKE_KERNEL_STACK - 8);
  FLOW_FRAME(f, 4, FAKE_KERNEL_CODE + 7, FAKE_KERNEL_CS);
  f = kernel(state, FLOW_PROTECTED);
  assert_int_equal(FLOW_PERFORM(f, "\x66\x9a\x34\x12\x08\0"), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, 0x1234);
  FLOW_FRAME(f, 2, (FAKE_KERNEL_CODE + 6) & 0xffff, FAKE_KERNEL_CS);
}

static void in_64_bit_mode_the_size_is_that_of_the_prefixes(void **state) {
  static const struct {
    const char *prefix;
    unsigned size;
  } rows[] = { { "\x66", 2 }, { "", 4 }, { "\x48", 8 } };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct flow *f = kernel(state, FLOW_LONG);
    unsigned size = rows[i].size;
    uint64_t mask = size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * size) - 1;
    uint64_t offset = UINT64_C(0x00001234c0008010) & mask, next = FAKE_KERNEL_CODE + (i == 1 ? 2 : 3);
    assert_int_equal(far_perform_memory(f, FAR_CALL, rows[i].prefix, size, offset, FAKE_KERNEL_CS),
                     RS_COMPLETED);
    assert_int_equal(f->out.after.rip, offset);
    assert_int_equal(AFTER(f, RSP), FAKE_KERNEL_STACK - 2 * size);
    FLOW_FRAME(f, size, next & mask, FAKE_KERNEL_CS);
  }
}

/* [APM3 "Operations and Operands in 64-Bit Mode"]: REX.W widens what AMD's processor pushes, not the offset
 * that it reads. */
static void of_a_64_bit_pointer_amd_reads_32_bits_of_offset(void **state) {
  struct flow *f = kernel(state, FLOW_LONG);
  f->cpu.model = RS_CPU_AMD;
  assert_int_equal(far_perform_memory(f, FAR_CALL, "\x48", 4, FAKE_KERNEL_CODE + 9, FAKE_KERNEL_CS),
                   RS_COMPLETED);
  assert_int_equal(f->out.after.rip, FAKE_KERNEL_CODE + 9);
  FLOW_FRAME(f, 8, FAKE_KERNEL_CODE + 3, FAKE_KERNEL_CS);
}

static void call_needs_room_before_the_offset_is_looked_at(void **state) {
  struct flow *f = kernel(state, FLOW_PROTECTED);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)].limit = FAKE_KERNEL_STACK - 2;
  fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE,
               fake_descriptor(0, 0xfff, FLOW_TYPE(1, 0, FLOW_CODE) | SEGMENT_DB));
  far_perform(f, FAR_CALL, 0x1000, FLOW_SPARE);
  flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_HAS_ROOM);
  assert_int_equal(far_perform(f, FAR_JMP, 0xfff, FLOW_SPARE), RS_COMPLETED); /* JMP needs none */
  f = kernel(state, FLOW_LONG);
  f->cpu.general[4] = UINT64_C(0xffff800000000008);
  far_perform(f, FAR_CALL, FAKE_KERNEL_CODE, FAKE_KERNEL_CS);
  flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_CANONICAL);
}

static void an_unmapped_stack_is_a_page_fault_and_changes_nothing(void **state) {
  struct flow *f = kernel(state, FLOW_PROTECTED);
  f->cpu.general[4] = FAKE_KERNEL_CODE + 4; /* the page below is not mapped */
  far_perform(f, FAR_CALL, FAKE_KERNEL_CODE, FAKE_KERNEL_CS);
  assert_int_equal(f->out.fault.vector, VECTOR_PF);
  assert_int_equal(f->out.fault.cr2, FAKE_KERNEL_CODE - 4);
  assert_int_equal(f->out.fault.error_code, PF_WRITE);
}

/* --- IA-32e mode --- */

static void from_64_bit_code_a_compatibility_segment_is_entered_and_back(void **state) {
  struct flow *f = at_ring(state, FLOW_LONG, 3);
  assert_int_equal(far_perform(f, FAR_JMP, UINT64_C(0xabcd00400010), FAKE_USER_CS32), RS_COMPLETED);
  assert_int_equal(code_size_of(&f->out.after), CODE_32);
  assert_int_equal(f->out.after.rip, 0x00400010); /* 32 bits count there */
  flow_commit(f);
  assert_int_equal(far_perform(f, FAR_CALL, FAKE_USER_CODE, FAKE_USER_CS64), RS_COMPLETED);
  assert_int_equal(code_size_of(&f->out.after), CODE_64);
  FLOW_FRAME(f, 4, FAKE_USER_CODE + 0x17, FAKE_USER_CS32);
}

static void a_segment_with_l_and_d_is_refused_in_ia_32e_mode_alone(void **state) {
  EACH_KIND(kind) {
    struct flow *f = kernel(state, FLOW_LONG);
    flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, 0, FLOW_CODE) | SEGMENT_L | SEGMENT_DB);
    far_perform(f, kinds[kind], FAKE_KERNEL_CODE, FLOW_SPARE);
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_FAR_CODE_L_AND_D);
    f = kernel(state, FLOW_PROTECTED);
    flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, 0, FLOW_CODE) | SEGMENT_L | SEGMENT_DB);
    assert_int_equal(far_perform(f, kinds[kind], FAKE_KERNEL_CODE, FLOW_SPARE), RS_COMPLETED);
  }
}

static void a_64_bit_target_must_be_canonical_and_has_no_limit(void **state) {
  EACH_KIND(kind) {
    struct flow *f = kernel(state, FLOW_LONG);
    far_perform(f, kinds[kind], UINT64_C(0x0000800000000000), FAKE_KERNEL_CS);
    flow_refused(f, VECTOR_GP, 0, RS_CHECK_FAR_CANONICAL);
    fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE,
                 fake_descriptor(0x1000, 0, FLOW_TYPE(1, 0, FLOW_CODE) | SEGMENT_L));
    assert_int_equal(far_perform(f, kinds[kind], UINT64_C(0xffff800000000000), FLOW_SPARE), RS_COMPLETED);
  }
}

/* --- The operand --- */

static void with_a_register_there_is_no_far_pointer(void **state) {
  static const char *const rows[] = { "\xff\xe8", "\xff\xd8", "\xff\xef", "\xff\xdf" };
  for (unsigned i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
    struct flow *f = kernel(state, i & 1 ? FLOW_LONG : FLOW_PROTECTED);
    flow_perform_bytes(f, rows[i / 2], 2);
    flow_refused_plain(f, VECTOR_UD, RS_CHECK_INSTRUCTION_DEFINED);
  }
}

static void the_pointer_in_memory_is_read_with_the_rights_of_its_segment(void **state) {
  struct flow *f = kernel(state, FLOW_PROTECTED);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_DS)].limit =
      FAKE_KERNEL_DATA + 4; /* offset and selector are six bytes */
  far_perform_memory(f, FAR_JMP, "", 4, FAKE_KERNEL_CODE, FAKE_KERNEL_CS);
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_OPERAND_WITHIN_LIMIT);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_DS)].limit = FAKE_KERNEL_DATA + 5;
  assert_int_equal(far_perform_memory(f, FAR_JMP, "", 4, FAKE_KERNEL_CODE, FAKE_KERNEL_CS), RS_COMPLETED);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)].limit = FAKE_KERNEL_DATA;
  far_perform_memory(f, FAR_CALL, "\x36", 4, FAKE_KERNEL_CODE, FAKE_KERNEL_CS);
  flow_refused(f, VECTOR_SS, 0, RS_CHECK_OPERAND_WITHIN_LIMIT);
  f = at_ring(state, FLOW_PROTECTED, 3);
  f->cpu.general[RS_RBX - RS_RAX] = FAKE_KERNEL_DATA;
  FLOW_PERFORM(f, "\xff\x2b");
  assert_int_equal(f->out.fault.vector, VECTOR_PF);
  assert_int_equal(f->out.fault.error_code, PF_PRESENT | PF_USER);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(in_real_mode_the_base_is_sixteen_times_any_selector),
    CLAIM(in_real_mode_call_pushes_words_or_doublewords),
    CLAIM(in_real_mode_the_limit_of_cs_stays_and_is_checked),
    CLAIM(in_virtual_8086_mode_it_does_as_in_real_mode_at_ring_3),
    CLAIM(code_is_entered_from_its_own_ring_or_conforming_from_an_outer_one),
    CLAIM(the_same_holds_in_64_bit_mode),
    CLAIM(only_code_gates_and_tasks_are_targets),
    CLAIM(the_selector_must_name_a_descriptor),
    CLAIM(code_in_the_ldt_is_code_as_well),
    CLAIM(absent_code_is_np_with_its_selector_and_is_not_accessed),
    CLAIM(the_offset_must_lie_within_the_limit),
    CLAIM(call_pushes_the_return_address_in_its_operand_size),
    CLAIM(in_64_bit_mode_the_size_is_that_of_the_prefixes),
    CLAIM(of_a_64_bit_pointer_amd_reads_32_bits_of_offset),
    CLAIM(call_needs_room_before_the_offset_is_looked_at),
    CLAIM(an_unmapped_stack_is_a_page_fault_and_changes_nothing),
    CLAIM(from_64_bit_code_a_compatibility_segment_is_entered_and_back),
    CLAIM(a_segment_with_l_and_d_is_refused_in_ia_32e_mode_alone),
    CLAIM(a_64_bit_target_must_be_canonical_and_has_no_limit),
    CLAIM(with_a_register_there_is_no_far_pointer),
    CLAIM(the_pointer_in_memory_is_read_with_the_rights_of_its_segment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

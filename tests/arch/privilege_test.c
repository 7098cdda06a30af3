/* Claims about CLI, STI, PUSHF, POPF and HLT in every mode, at every CPL and IOPL. */
#include "arch/privilege.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/fake_memory.h"
#include "arch/modes.h"

#define PERFORM(f, bytes) MODE_PERFORM((f)->memory, &(f)->cpu, privilege_perform, bytes, &(f)->out)

typedef void visitor(struct mode_fixture *f, enum mode mode, unsigned cpl, unsigned iopl);

static void everywhere(void **state, visitor *visit) {
  for (int mode = 0; mode < MODE_COUNT; mode++)
    for (unsigned cpl = 0; cpl < 4; cpl++)
      for (unsigned iopl = 0; mode_has_ring((enum mode)mode, cpl) && iopl < 4; iopl++) {
        mode_fixture_enter(*state, (enum mode)mode, cpl, iopl);
        visit(*state, (enum mode)mode, cpl, iopl);
      }
}

static void assert_refused(const struct rs_transition *out, enum rs_check by) {
  assert_int_equal(fake_failed_check(out), by);
  assert_int_equal(out->fault.vector, VECTOR_GP);
  assert_true(out->fault.has_error_code);
  assert_int_equal(out->fault.error_code, 0);
  assert_int_equal(fake_count_steps(out, RS_STEP_WRITE, RS_ITEM_REGISTER), 0);
}

/* --- CLI and STI --- */

static void visit_interrupt_flag(struct mode_fixture *f, enum mode mode, unsigned cpl, unsigned iopl) {
  struct rs_cpu *cpu = &f->cpu;
  bool allowed = mode == MODE_REAL || (mode == MODE_VIRTUAL_8086 ? iopl == 3 : cpl <= iopl);
  cpu->rflags |= RFLAGS_IF;
  assert_int_equal(PERFORM(f, "\xfa"), allowed ? RS_COMPLETED : RS_FAULTED);
  if (allowed) assert_int_equal(f->out.after.rflags, cpu->rflags & ~RFLAGS_IF);
  if (!allowed) assert_refused(&f->out, RS_CHECK_INTERRUPT_FLAG_IOPL);
  cpu->rflags &= ~RFLAGS_IF;
  assert_int_equal(PERFORM(f, "\xfb"), allowed ? RS_COMPLETED : RS_FAULTED);
  if (allowed) assert_int_equal(f->out.after.rflags, cpu->rflags | RFLAGS_IF);
  if (allowed) assert_int_equal(f->out.after.interrupt_shadow, RS_SHADOW_STI);
  if (allowed) assert_int_equal(f->out.after.rip, cpu->rip + 1);
  if (!allowed) assert_refused(&f->out, RS_CHECK_INTERRUPT_FLAG_IOPL);
}

static void cli_and_sti_need_cpl_at_most_iopl_except_in_real_mode(void **state) {
  everywhere(state, visit_interrupt_flag);
}

/* [SDM3 "Segment Wraparound"]: only the segment's limit stops it there. */
static void eip_goes_on_past_64_kib_in_16_bit_code_too(void **state) {
  static const enum mode sixteen_bit[] = { MODE_REAL, MODE_PROTECTED_16 };
  for (unsigned i = 0; i < 2; i++) {
    struct mode_fixture *f = *state;
    mode_fixture_enter(f, sixteen_bit[i], 0, 0);
    f->cpu.rip = 0xffff;
    assert_int_equal(PERFORM(f, "\xfa"), RS_COMPLETED);
    assert_int_equal(f->out.after.rip, 0x10000);
  }
}

static void sti_casts_a_shadow_only_when_interrupts_were_off(void **state) {
  struct mode_fixture *f = *state;
  struct rs_cpu *cpu = &f->cpu;
  mode_fixture_enter(f, MODE_64, 0, 0);
  cpu->rflags |= RFLAGS_IF;
  assert_int_equal(PERFORM(f, "\xfb"), RS_COMPLETED);
  assert_int_equal(f->out.after.interrupt_shadow, RS_SHADOW_NONE);
}

static void a_second_sti_ends_the_shadow_of_the_first(void **state) {
  struct mode_fixture *f = *state;
  mode_fixture_enter(f, MODE_64, 0, 0);
  PERFORM(f, "\xfb");
  f->cpu = f->out.after;
  PERFORM(f, "\xfb");
  assert_int_equal(f->out.after.interrupt_shadow, RS_SHADOW_NONE);
}

static void an_instruction_in_a_shadow_ends_it(void **state) {
  struct mode_fixture *f = *state;
  struct rs_cpu *cpu = &f->cpu;
  mode_fixture_enter(f, MODE_PROTECTED_32, 0, 0);
  cpu->interrupt_shadow = RS_SHADOW_MOV_SS;
  PERFORM(f, "\xfa");
  assert_int_equal(f->out.after.interrupt_shadow, RS_SHADOW_NONE);
}

/* --- HLT --- */

static void visit_hlt(struct mode_fixture *f, enum mode mode, unsigned cpl, unsigned iopl) {
  struct rs_cpu *cpu = &f->cpu;
  (void)mode;
  (void)iopl;
  assert_int_equal(PERFORM(f, "\xf4"), cpl == 0 ? RS_COMPLETED : RS_FAULTED);
  assert_int_equal(f->out.after.halted, cpl == 0);
  if (cpl == 0) assert_int_equal(f->out.after.rip, cpu->rip + 1);
  if (cpl > 0) assert_refused(&f->out, RS_CHECK_HLT_CPL);
}

static void hlt_needs_cpl_0_whatever_iopl_is(void **state) {
  everywhere(state, visit_hlt);
}

/* --- PUSHF --- */

static unsigned word_of(enum mode mode, bool prefixed) {
  if (mode == MODE_64) return prefixed ? 2 : 8;
  bool wide = mode == MODE_PROTECTED_32 || mode == MODE_COMPATIBILITY;
  return wide == prefixed ? 2 : 4;
}

static void visit_pushf(struct mode_fixture *f, enum mode mode, unsigned cpl, unsigned iopl) {
  struct rs_cpu *cpu = &f->cpu;
  (void)cpl;
  bool allowed = mode != MODE_VIRTUAL_8086 || iopl == 3;
  cpu->rflags |= RFLAGS_DEFINED & ~(RFLAGS_VM | RFLAGS_IOPL);
  for (int prefixed = 0; prefixed < 2; prefixed++) {
    unsigned word = word_of(mode, prefixed);
    uint64_t top = MODE_BASE + MODE_STACK, image = cpu->rflags & ~(RFLAGS_VM | RFLAGS_RF);
    fake_poke(f->memory, cpu, top - 8, 8, UINT64_C(0x5555555555555555));
    enum rs_outcome outcome = prefixed ? PERFORM(f, "\x66\x9c") : PERFORM(f, "\x9c");
    assert_int_equal(outcome, allowed ? RS_COMPLETED : RS_FAULTED);
    if (!allowed) {
      assert_refused(&f->out, RS_CHECK_V86_FLAGS_IOPL);
      continue;
    }
    fake_commit(f->memory, &f->out);
    assert_true(fake_peek(f->memory, cpu, top - word, word) == (word == 2 ? image & 0xffff : image));
    if (word < 8) assert_int_equal(fake_peek(f->memory, cpu, top - word - 1, 1), 0x55);
    assert_int_equal(f->out.after.general[4], cpu->general[4] - word);
    assert_int_equal(f->out.after.rip, cpu->rip + 1 + (unsigned)prefixed);
    assert_int_equal(f->out.after.rflags, cpu->rflags & ~RFLAGS_RF); /* the instruction itself ends RF */
  }
}

static void pushf_stores_all_flags_but_vm_and_rf_and_needs_iopl_3_in_v86_mode(void **state) {
  everywhere(state, visit_pushf);
}

static void pushf_below_the_stack_limit_raises_ss_0(void **state) {
  struct mode_fixture *f = *state;
  struct rs_cpu *cpu = &f->cpu;
  mode_fixture_enter(f, MODE_PROTECTED_32, 3, 0);
  cpu->general[4] = 2;
  assert_int_equal(PERFORM(f, "\x9c"), RS_FAULTED);
  assert_int_equal(fake_failed_check(&f->out), RS_CHECK_STACK_HAS_ROOM);
  assert_int_equal(f->out.fault.vector, VECTOR_SS);
  assert_int_equal(f->out.fault.error_code, 0);
}

static void pushf_to_an_unmapped_page_raises_a_page_fault_at_the_word(void **state) {
  struct mode_fixture *f = *state;
  struct rs_cpu *cpu = &f->cpu;
  mode_fixture_enter(f, MODE_64, 3, 0);
  cpu->general[4] = MODE_BASE + MODE_UNMAPPED + 0x100;
  assert_int_equal(PERFORM(f, "\x9c"), RS_FAULTED);
  assert_int_equal(f->out.fault.vector, VECTOR_PF);
  assert_int_equal(f->out.fault.error_code, PF_WRITE | PF_USER);
  assert_int_equal(f->out.fault.cr2, MODE_BASE + MODE_UNMAPPED + 0xf8);
}

/* --- POPF --- */

/* [SDM2 "POPF/POPFD/POPFQ—Pop Stack Into EFLAGS Register"], the table's rows as masks. */
static uint64_t flags_that_popf_takes(unsigned cpl, unsigned iopl, unsigned word) {
  uint64_t all = cpl == 0 ? 0x247fd5 : cpl <= iopl ? 0x244fd5 : 0x244dd5;
  return word == 2 ? all & 0xffff : all;
}

static void pop_each_flag(struct mode_fixture *f, bool prefixed, unsigned word, uint64_t taken) {
  struct rs_cpu *cpu = &f->cpu;
  const uint64_t start = cpu->rflags;
  for (unsigned bit = 0; bit < 8 * word; bit++) {
    uint64_t flag = UINT64_C(1) << bit;
    for (int set = 0; set < 2; set++) {
      cpu->rflags = (start & ~(taken & flag)) | (set ? 0 : taken & flag);
      uint64_t image = set ? cpu->rflags | flag : cpu->rflags & ~flag;
      fake_poke(f->memory, cpu, MODE_BASE + MODE_STACK - word, word, image);
      assert_int_equal(prefixed ? PERFORM(f, "\x66\x9d") : PERFORM(f, "\x9d"), RS_COMPLETED);
      uint64_t expected = (cpu->rflags & ~taken) | (image & taken);
      assert_int_equal(f->out.after.rflags, expected & ~RFLAGS_RF);
      assert_int_equal(f->out.after.general[4], cpu->general[4] + word);
    }
  }
  cpu->rflags = start;
}

static void visit_popf(struct mode_fixture *f, enum mode mode, unsigned cpl, unsigned iopl) {
  struct rs_cpu *cpu = &f->cpu;
  uint64_t start = cpu->rflags;
  for (int prefixed = 0; prefixed < 2; prefixed++)
    for (int busy = 0; busy < 2; busy++) {
      unsigned word = word_of(mode, prefixed);
      cpu->rflags = start | (busy ? RFLAGS_VIP | RFLAGS_VIF | RFLAGS_RF | RFLAGS_AC | RFLAGS_ID : 0);
      cpu->general[4] = mode_pointer(cpu, MODE_STACK - word);
      if (mode != MODE_VIRTUAL_8086 || iopl == 3) {
        pop_each_flag(f, prefixed, word, flags_that_popf_takes(cpl, iopl, word));
        continue;
      }
      assert_int_equal(PERFORM(f, "\x9d"), RS_FAULTED);
      assert_refused(&f->out, RS_CHECK_V86_FLAGS_IOPL);
    }
}

static void popf_takes_exactly_the_flags_that_cpl_iopl_and_size_allow(void **state) {
  everywhere(state, visit_popf);
}

static void popf_that_keeps_if_says_so(void **state) {
  struct mode_fixture *f = *state;
  struct rs_cpu *cpu = &f->cpu;
  mode_fixture_enter(f, MODE_64, 3, 0);
  cpu->general[4] -= 8;
  assert_int_equal(PERFORM(f, "\x9d"), RS_COMPLETED);
  assert_false(fake_find_step(&f->out, RS_STEP_CHECK, RS_CHECK_POPF_CHANGES_IF, 0)->passed);
  assert_false(fake_find_step(&f->out, RS_STEP_CHECK, RS_CHECK_POPF_CHANGES_IOPL, 0)->passed);
}

static void popf_beyond_the_stack_limit_raises_ss_0(void **state) {
  struct mode_fixture *f = *state;
  struct rs_cpu *cpu = &f->cpu;
  mode_fixture_enter(f, MODE_PROTECTED_32, 0, 0);
  cpu->general[4] = 0xfffd;
  assert_int_equal(PERFORM(f, "\x9d"), RS_FAULTED);
  assert_int_equal(fake_failed_check(&f->out), RS_CHECK_STACK_HOLDS);
  assert_int_equal(f->out.fault.vector, VECTOR_SS);
}

static void popf_casts_no_shadow(void **state) {
  struct mode_fixture *f = *state;
  struct rs_cpu *cpu = &f->cpu;
  mode_fixture_enter(f, MODE_64, 0, 0);
  cpu->general[4] -= 8;
  fake_poke(f->memory, cpu, cpu->general[4], 8, RFLAGS_IF | RFLAGS_FIXED);
  assert_int_equal(PERFORM(f, "\x9d"), RS_COMPLETED);
  assert_true(f->out.after.rflags & RFLAGS_IF);
  assert_int_equal(f->out.after.interrupt_shadow, RS_SHADOW_NONE);
}

static void sixteen_bit_pushf_wraps_sp_alone(void **state) {
  struct mode_fixture *f = *state;
  struct rs_cpu *cpu = &f->cpu;
  mode_fixture_enter(f, MODE_REAL, 0, 0);
  cpu->general[4] = 0xabcd0000;
  assert_int_equal(PERFORM(f, "\x9c"), RS_COMPLETED);
  assert_int_equal(f->out.after.general[4], 0xabcdfffe);
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, mode_setup, mode_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(cli_and_sti_need_cpl_at_most_iopl_except_in_real_mode),
    CLAIM(eip_goes_on_past_64_kib_in_16_bit_code_too),
    CLAIM(sti_casts_a_shadow_only_when_interrupts_were_off),
    CLAIM(a_second_sti_ends_the_shadow_of_the_first),
    CLAIM(an_instruction_in_a_shadow_ends_it),
    CLAIM(hlt_needs_cpl_0_whatever_iopl_is),
    CLAIM(pushf_stores_all_flags_but_vm_and_rf_and_needs_iopl_3_in_v86_mode),
    CLAIM(pushf_below_the_stack_limit_raises_ss_0),
    CLAIM(pushf_to_an_unmapped_page_raises_a_page_fault_at_the_word),
    CLAIM(popf_takes_exactly_the_flags_that_cpl_iopl_and_size_allow),
    CLAIM(popf_that_keeps_if_says_so),
    CLAIM(popf_beyond_the_stack_limit_raises_ss_0),
    CLAIM(popf_casts_no_shadow),
    CLAIM(sixteen_bit_pushf_wraps_sp_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

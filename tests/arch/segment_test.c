/* Claims about loads of segment registers [SDM2 "MOV"], in every mode. */
#include "arch/segment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/flow.h"

static struct flow *entered(void **state, enum flow_mode mode, unsigned cpl) {
  struct flow *f = *state;
  flow_enter(f, mode, RS_CPU_INTEL);
  flow_set_ring(f, cpl);
  return f;
}

/* MOV Sreg, AX: 8E /reg with rm = AX. */
static enum rs_outcome mov(struct flow *f, enum rs_register reg, uint16_t selector) {
  const char bytes[2] = { (char)0x8e, (char)(0xc0 | RS_SEGMENT_INDEX(reg) << 3) };
  f->cpu.general[0] = UINT64_C(0xffffffff00000000) | selector;
  return flow_perform_bytes(f, bytes, 2);
}

static void expect_data(struct flow *f, enum rs_register reg, unsigned byte, unsigned rpl, unsigned cpl) {
  unsigned dpl = byte >> 5 & 3;
  bool conforming = (byte & 0x1c) == 0x1c;
  if (!(byte & 0x10) || (byte & 0x0a) == 0x08)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_DATA_SEGMENT_IS_READABLE);
  else if (!conforming && (dpl < rpl || dpl < cpl))
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_DATA_SEGMENT_DPL);
  else if (!(byte & 0x80))
    flow_refused(f, VECTOR_NP, FLOW_SPARE, RS_CHECK_DATA_SEGMENT_PRESENT);
  else
    flow_assert_segment(&f->out.after.segment[RS_SEGMENT_INDEX(reg)], (uint16_t)(FLOW_SPARE | rpl),
                        byte | SEGMENT_ACCESSED | SEGMENT_DB | SEGMENT_G, UINT32_MAX, 0);
}

static void every_data_segment_is_admitted_or_refused_as_its_bits_say(void **state) {
  static const enum rs_register registers[] = { RS_ES, RS_DS, RS_FS, RS_GS };
  for (int mode = FLOW_PROTECTED; mode <= FLOW_LONG; mode++)
    for (unsigned cpl = 0; cpl < 4; cpl++) {
      struct flow *f = entered(state, (enum flow_mode)mode, cpl);
      for (unsigned byte = 0; byte < 256; byte++)
        for (unsigned rpl = 0; rpl < 4; rpl++) {
          enum rs_register reg = registers[(byte + rpl) & 3];
          flow_descriptor(f, FLOW_SPARE, byte);
          mov(f, reg, (uint16_t)(FLOW_SPARE | rpl));
          expect_data(f, reg, byte, rpl, cpl);
        }
    }
}

static void expect_stack(struct flow *f, unsigned byte, unsigned rpl, unsigned cpl) {
  if (rpl != cpl)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_STACK_SELECTOR_RPL);
  else if ((byte >> 5 & 3) != cpl)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_STACK_DPL);
  else if ((byte & 0x1a) != 0x12)
    flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_STACK_IS_WRITABLE_DATA);
  else if (!(byte & 0x80))
    flow_refused(f, VECTOR_SS, FLOW_SPARE, RS_CHECK_STACK_PRESENT);
  else
    assert_int_equal(SEGMENT_AFTER(f, SS)->selector, FLOW_SPARE | rpl);
}

static void every_stack_segment_is_admitted_or_refused_as_its_bits_say(void **state) {
  for (int mode = FLOW_PROTECTED; mode <= FLOW_LONG; mode++)
    for (unsigned cpl = 0; cpl < 4; cpl++) {
      struct flow *f = entered(state, (enum flow_mode)mode, cpl);
      for (unsigned byte = 0; byte < 256; byte++)
        for (unsigned rpl = 0; rpl < 4; rpl++) {
          flow_descriptor(f, FLOW_SPARE, byte);
          mov(f, RS_SS, (uint16_t)(FLOW_SPARE | rpl));
          expect_stack(f, byte, rpl, cpl);
        }
    }
}

static void a_null_selector_makes_a_data_segment_unusable(void **state) {
  for (int mode = FLOW_PROTECTED; mode <= FLOW_LONG; mode++)
    for (uint16_t selector = 0; selector < 4; selector++) {
      struct flow *f = entered(state, (enum flow_mode)mode, 3);
      f->cpu.segment[RS_SEGMENT_INDEX(RS_FS)].base = 0x1234;
      assert_int_equal(mov(f, RS_FS, selector), RS_COMPLETED);
      flow_assert_segment(SEGMENT_AFTER(f, FS), selector, SEGMENT_UNUSABLE, 0, 0);
      assert_int_equal(fake_count_steps(&f->out, RS_STEP_READ, RS_ITEM_GDT_DESCRIPTOR), 0);
    }
}

/* [APM2 "Segment Registers in 64-Bit Mode"] */
static void on_amd_a_null_fs_or_gs_keeps_its_base_and_limit(void **state) {
  static const enum rs_register registers[] = { RS_ES, RS_DS, RS_FS, RS_GS };
  for (unsigned i = 0; i < 4; i++) {
    struct flow *f = entered(state, FLOW_LONG, 3);
    enum rs_register reg = registers[i];
    unsigned index = RS_SEGMENT_INDEX(reg);
    bool kept = reg == RS_FS || reg == RS_GS;
    f->cpu.model = RS_CPU_AMD;
    f->cpu.segment[index].base = UINT64_C(0x7f0012345678);
    f->cpu.segment[index].limit = 0xfffff;
    assert_int_equal(mov(f, reg, 3), RS_COMPLETED);
    flow_assert_segment(&f->out.after.segment[index], 3, SEGMENT_UNUSABLE, kept ? 0xfffff : 0,
                        kept ? UINT64_C(0x7f0012345678) : 0);
  }
}

/* Intel wants the RPL of a null SS to be CPL; AMD takes any [APM2 "Segmentation Registers"]. */
static void a_null_stack_goes_with_64_bit_rings_0_to_2_and_on_intel_their_rpl(void **state) {
  for (int model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++)
    for (unsigned cpl = 0; cpl < 4; cpl++)
      for (uint16_t selector = 0; selector < 4; selector++) {
        struct flow *f = entered(state, FLOW_LONG, cpl);
        f->cpu.model = (enum rs_cpu_model)model;
        mov(f, RS_SS, selector);
        if (cpl == 3 || (model == RS_CPU_INTEL && selector != cpl))
          flow_refused(f, VECTOR_GP, 0, RS_CHECK_NULL_STACK_ALLOWED);
        else
          flow_assert_segment(SEGMENT_AFTER(f, SS), selector, SEGMENT_UNUSABLE | cpl << SEGMENT_DPL_SHIFT, 0,
                              0);
      }
}

static void a_null_stack_is_refused_outside_64_bit_mode(void **state) {
  for (int compatibility = 0; compatibility < 2; compatibility++)
    for (int model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++)
      for (unsigned cpl = 0; cpl < 4; cpl++) {
        struct flow *f = entered(state, compatibility ? FLOW_LONG : FLOW_PROTECTED, cpl);
        if (compatibility) f->cpu.segment[RS_SEGMENT_INDEX(RS_CS)].attributes ^= SEGMENT_L | SEGMENT_DB;
        f->cpu.model = (enum rs_cpu_model)model;
        mov(f, RS_SS, (uint16_t)cpl);
        flow_refused(f, VECTOR_GP, 0, RS_CHECK_NULL_STACK_ALLOWED);
      }
}

static void a_selector_outside_its_table_raises_gp_with_it(void **state) {
  struct flow *f = entered(state, FLOW_PROTECTED, 0);
  mov(f, RS_DS, 0x80);
  flow_refused(f, VECTOR_GP, 0x80, RS_CHECK_SELECTOR_WITHIN_GDT);
  mov(f, RS_SS, 0x80);
  flow_refused(f, VECTOR_GP, 0x80, RS_CHECK_SELECTOR_WITHIN_GDT);
  mov(f, RS_DS, 0x1007);
  flow_refused(f, VECTOR_GP, 0x1004, RS_CHECK_SELECTOR_WITHIN_LDT);
  f->cpu.ldtr = segment_null(0, 0);
  mov(f, RS_DS, 0x0f);
  flow_refused(f, VECTOR_GP, 0x0c, RS_CHECK_LDT_USABLE);
}

static void the_accessed_bit_is_written_only_where_it_is_clear_and_the_load_succeeds(void **state) {
  struct flow *f = entered(state, FLOW_PROTECTED, 0);
  flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, 0, FLOW_DATA));
  assert_int_equal(mov(f, RS_DS, FLOW_SPARE), RS_COMPLETED);
  assert_int_equal(fake_count_steps(&f->out, RS_STEP_WRITE, RS_ITEM_DESCRIPTOR_ACCESSED), 1);
  flow_commit(f);
  assert_int_equal(mov(f, RS_ES, FLOW_SPARE), RS_COMPLETED);
  assert_int_equal(fake_count_steps(&f->out, RS_STEP_WRITE, RS_ITEM_DESCRIPTOR_ACCESSED), 0);
  flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(0, 0, FLOW_DATA));
  mov(f, RS_DS, FLOW_SPARE);
  assert_int_equal(f->out.outcome, RS_FAULTED);
  assert_int_equal(fake_count_steps(&f->out, RS_STEP_WRITE, RS_ITEM_DESCRIPTOR_ACCESSED), 0);
}

/* A read-only GDT: the load faults rather than lose the bit. */
static void the_accessed_bit_of_a_write_protected_gdt_raises_pf(void **state) {
  struct flow *f = entered(state, FLOW_PROTECTED, 0);
  flow_descriptor(f, FLOW_SPARE, FLOW_TYPE(1, 0, FLOW_DATA));
  uint64_t entry = fake_entry_address(f->memory, &f->cpu, FAKE_GDT, 1);
  fake_write(f->memory, entry, 4, fake_read(f->memory, entry, 4) & ~(uint64_t)FAKE_RW);
  assert_int_equal(mov(f, RS_DS, FLOW_SPARE), RS_FAULTED);
  assert_int_equal(f->out.fault.vector, VECTOR_PF);
  assert_int_equal(f->out.fault.error_code, PF_PRESENT | PF_WRITE);
  assert_int_equal(f->out.fault.cr2, FAKE_GDT + FLOW_SPARE + 4);
}

static void mov_ss_and_pop_ss_cast_a_shadow_and_lss_does_not(void **state) {
  struct flow *f = entered(state, FLOW_PROTECTED, 0);
  f->cpu.interrupt_shadow = RS_SHADOW_STI;
  assert_int_equal(mov(f, RS_SS, FAKE_KERNEL_SS), RS_COMPLETED);
  assert_int_equal(f->out.after.interrupt_shadow, RS_SHADOW_MOV_SS);
  assert_int_equal(mov(f, RS_DS, FAKE_KERNEL_SS), RS_COMPLETED);
  assert_int_equal(f->out.after.interrupt_shadow, RS_SHADOW_NONE);
  FLOW_PUT(f, 4, FAKE_KERNEL_SS);
  assert_int_equal(FLOW_PERFORM(f, "\x17"), RS_COMPLETED);
  assert_int_equal(f->out.after.interrupt_shadow, RS_SHADOW_MOV_SS);
  assert_int_equal(AFTER(f, RSP), FAKE_KERNEL_STACK);
  fake_poke(f->memory, &f->cpu, FAKE_KERNEL_DATA, 8, (uint64_t)FAKE_KERNEL_SS << 32 | 0x12345678);
  f->cpu.general[0] = FAKE_KERNEL_DATA;
  assert_int_equal(FLOW_PERFORM(f, "\x0f\xb2\x20"), RS_COMPLETED); /* lss esp, [eax] */
  assert_int_equal(f->out.after.interrupt_shadow, RS_SHADOW_NONE);
  assert_int_equal(AFTER(f, RSP), 0x12345678);
}

/* [APM3 "LDS, LES, LFS, LGS, LSS"]: REX.W widens the destination, not the pointer, which has its selector
 * where Intel's has the upper half of its offset. */
static void of_a_64_bit_pointer_lfs_takes_64_bits_on_intel_and_32_on_amd(void **state) {
  for (int model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    struct flow *f = entered(state, FLOW_LONG, 0);
    bool amd = model == RS_CPU_AMD;
    f->cpu.model = (enum rs_cpu_model)model;
    f->cpu.general[0] = UINT64_MAX;
    f->cpu.general[3] = FAKE_KERNEL_DATA;
    fake_poke(f->memory, &f->cpu, FAKE_KERNEL_DATA, 8, UINT64_C(0x1234000389abcdef));
    fake_poke(f->memory, &f->cpu, FAKE_KERNEL_DATA + 8, 2, 0);
    assert_int_equal(FLOW_PERFORM(f, "\x48\x0f\xb4\x03"), RS_COMPLETED); /* lfs rax, [rbx] */
    assert_int_equal(AFTER(f, RAX), amd ? 0x89abcdef : UINT64_C(0x1234000389abcdef));
    assert_int_equal(SEGMENT_AFTER(f, FS)->selector, amd ? 3 : 0);
  }
}

static void pop_takes_a_word_of_the_operand_size(void **state) {
  struct flow *f = entered(state, FLOW_LONG, 0);
  FLOW_PUT(f, 8, UINT64_C(0xffffffffffff0000) | FAKE_USER_SS);
  assert_int_equal(FLOW_PERFORM(f, "\x0f\xa1"), RS_COMPLETED); /* pop fs */
  assert_int_equal(SEGMENT_AFTER(f, FS)->selector, FAKE_USER_SS);
  assert_int_equal(AFTER(f, RSP), FAKE_KERNEL_STACK);
  assert_int_equal(FLOW_PERFORM(f, "\x66\x0f\xa9"), RS_COMPLETED); /* popw gs */
  assert_int_equal(AFTER(f, RSP), FAKE_KERNEL_STACK - 6);
  f->cpu.general[4] = UINT64_C(0x00007ffffffffffc);
  FLOW_PERFORM(f, "\x0f\xa1");
  flow_refused(f, VECTOR_SS, 0, RS_CHECK_STACK_CANONICAL);
}

static void a_refused_pop_leaves_the_stack_pointer(void **state) {
  struct flow *f = entered(state, FLOW_PROTECTED, 0);
  FLOW_PUT(f, 4, 0x80);
  assert_int_equal(FLOW_PERFORM(f, "\x1f"), RS_FAULTED);
  assert_int_equal(AFTER(f, RSP), FAKE_KERNEL_STACK - 4);
}

static void real_and_v86_mode_load_any_selector(void **state) {
  for (unsigned v86 = 0; v86 < 2; v86++) {
    struct flow *f = entered(state, FLOW_PROTECTED, v86 ? 3 : 0);
    if (v86)
      f->cpu.rflags |= RFLAGS_VM;
    else
      f->cpu.cr0 &= ~(CR0_PE | CR0_PG);
    const struct rs_segment old = f->cpu.segment[RS_SEGMENT_INDEX(RS_DS)];
    assert_int_equal(mov(f, RS_DS, 0xabcd), RS_COMPLETED);
    flow_assert_segment(SEGMENT_AFTER(f, DS), 0xabcd, v86 ? 0xf3 : old.attributes, v86 ? 0xffff : old.limit,
                        0xabcd0);
    assert_int_equal(mov(f, RS_SS, 0), RS_COMPLETED);
    assert_int_equal(SEGMENT_AFTER(f, SS)->base, 0);
  }
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(every_data_segment_is_admitted_or_refused_as_its_bits_say),
    CLAIM(every_stack_segment_is_admitted_or_refused_as_its_bits_say),
    CLAIM(a_null_selector_makes_a_data_segment_unusable),
    CLAIM(on_amd_a_null_fs_or_gs_keeps_its_base_and_limit),
    CLAIM(a_null_stack_goes_with_64_bit_rings_0_to_2_and_on_intel_their_rpl),
    CLAIM(a_null_stack_is_refused_outside_64_bit_mode),
    CLAIM(a_selector_outside_its_table_raises_gp_with_it),
    CLAIM(the_accessed_bit_is_written_only_where_it_is_clear_and_the_load_succeeds),
    CLAIM(the_accessed_bit_of_a_write_protected_gdt_raises_pf),
    CLAIM(mov_ss_and_pop_ss_cast_a_shadow_and_lss_does_not),
    CLAIM(of_a_64_bit_pointer_lfs_takes_64_bits_on_intel_and_32_on_amd),
    CLAIM(pop_takes_a_word_of_the_operand_size),
    CLAIM(a_refused_pop_leaves_the_stack_pointer),
    CLAIM(real_and_v86_mode_load_any_selector),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

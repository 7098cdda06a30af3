/* Claims about LLDT, LTR, SLDT, STR, and about LAR, LSL, VERR, VERW and ARPL. */
#include "arch/system_segment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/flow.h"

/* All with AX or EAX as r/m, and ECX as the other register. */
#define LLDT "\x0f\x00\xd0"
#define LTR "\x0f\x00\xd8"
#define SLDT "\x0f\x00\xc0"
#define STR "\x0f\x00\xc8"
#define VERR "\x0f\x00\xe0"
#define VERW "\x0f\x00\xe8"
#define LAR "\x0f\x02\xc8"
#define LSL "\x0f\x03\xc8"
#define ARPL "\x63\xc8"

static struct flow *entered(void **state, enum flow_mode mode, unsigned cpl) {
  struct flow *f = *state;
  flow_enter(f, mode, RS_CPU_INTEL);
  flow_set_ring(f, cpl);
  return f;
}

static void system_descriptor(struct flow *f, uint64_t base, uint32_t byte) {
  fake_gdt_set(f->memory, &f->cpu, FLOW_SPARE, fake_descriptor(base, 0x67, byte));
  fake_poke(f->memory, &f->cpu, f->cpu.gdtr.base + FLOW_SPARE + 8, 8, base >> 32);
}

/* --- Loads --- */

static bool is_loadable(unsigned type, bool tss, bool wide) {
  if (!tss) return type == 2;
  return type == 9 || (type == 1 && !wide);
}

/* Every descriptor byte 5, for both instructions in both modes. */
static void every_ldt_and_tss_descriptor_is_admitted_or_refused_as_its_bits_say(void **state) {
  for (int mode = FLOW_PROTECTED; mode <= FLOW_LONG; mode++)
    for (unsigned byte = 0; byte < 512; byte++) {
      struct flow *f = entered(state, (enum flow_mode)mode, 0);
      bool tss = byte >> 8;
      f->cpu.general[0] = FLOW_SPARE | 3;
      system_descriptor(f, 0x12345678, byte & 0xff);
      enum rs_outcome outcome = tss ? FLOW_PERFORM(f, LTR) : FLOW_PERFORM(f, LLDT);
      if (!is_loadable(byte & 0x1f, tss, mode == FLOW_LONG)) {
        flow_refused(f, VECTOR_GP, FLOW_SPARE,
                     tss ? RS_CHECK_TSS_IS_AVAILABLE : RS_CHECK_LDT_DESCRIPTOR_TYPE);
        continue;
      }
      if (!(byte & 0x80)) {
        flow_refused(f, VECTOR_NP, FLOW_SPARE, tss ? RS_CHECK_TSS_PRESENT : RS_CHECK_LDT_PRESENT);
        continue;
      }
      assert_int_equal(outcome, RS_COMPLETED);
      flow_assert_segment(tss ? &f->out.after.tr : &f->out.after.ldtr, FLOW_SPARE | 3,
                          (byte & 0xff) | (tss ? 2 : 0), 0x67, 0x12345678);
    }
}

static void ltr_marks_the_tss_busy_and_takes_no_busy_one(void **state) {
  struct flow *f = entered(state, FLOW_LONG, 0);
  f->cpu.general[0] = FLOW_SPARE;
  system_descriptor(f, UINT64_C(0xffffabcd12345678), 0x89);
  assert_int_equal(FLOW_PERFORM(f, LTR), RS_COMPLETED);
  assert_int_equal(f->out.after.tr.base, UINT64_C(0xffffabcd12345678));
  assert_int_equal(fake_count_steps(&f->out, RS_STEP_WRITE, RS_ITEM_DESCRIPTOR_BUSY), 1);
  flow_commit(f);
  assert_int_equal(fake_peek(f->memory, &f->cpu, FAKE_GDT + FLOW_SPARE + 5, 1), 0x8b);
  FLOW_PERFORM(f, LTR);
  flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_TSS_IS_AVAILABLE);
}

static void selectors_of_ltr_and_lldt_name_the_gdt(void **state) {
  struct flow *f = entered(state, FLOW_PROTECTED, 0);
  f->cpu.general[0] = 0x0f;
  FLOW_PERFORM(f, LTR);
  flow_refused(f, VECTOR_GP, 0x0c, RS_CHECK_SELECTOR_NAMES_GDT);
  FLOW_PERFORM(f, LLDT);
  flow_refused(f, VECTOR_GP, 0x0c, RS_CHECK_SELECTOR_NAMES_GDT);
  f->cpu.general[0] = 0x80;
  FLOW_PERFORM(f, LTR);
  flow_refused(f, VECTOR_GP, 0x80, RS_CHECK_SELECTOR_WITHIN_GDT);
  f->cpu.general[0] = 3;
  FLOW_PERFORM(f, LTR);
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_SELECTOR_NOT_NULL);
  assert_int_equal(FLOW_PERFORM(f, LLDT), RS_COMPLETED);
  flow_assert_segment(&f->out.after.ldtr, 3, SEGMENT_UNUSABLE, 0, 0);
}

/* 57 bits of Intel's profile, whatever CR4.LA57 says, and 48 of AMD's. */
static void the_base_is_canonical_in_the_width_that_the_processor_supports(void **state) {
  static const struct {
    uint8_t type;
    const char *load;
  } rows[] = { { 0x89, LTR }, { 0x82, LLDT } };
  for (int model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++)
    for (unsigned i = 0; i < 2; i++) {
      struct flow *f = entered(state, FLOW_LONG, 0);
      f->cpu.model = (enum rs_cpu_model)model;
      f->cpu.general[0] = FLOW_SPARE;
      system_descriptor(f, UINT64_C(0x0000800000000000), rows[i].type);
      flow_perform_bytes(f, rows[i].load, 3);
      if (model == RS_CPU_INTEL)
        assert_int_equal(f->out.outcome, RS_COMPLETED);
      else
        flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_SYSTEM_BASE_CANONICAL);
    }
}

static void descriptors_of_sixteen_bytes_are_checked_whole(void **state) {
  struct flow *f = entered(state, FLOW_LONG, 0);
  f->cpu.general[0] = FLOW_SPARE;
  system_descriptor(f, UINT64_C(0x0100000000000000), 0x89);
  FLOW_PERFORM(f, LTR);
  flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_SYSTEM_BASE_CANONICAL);
  system_descriptor(f, 0, 0x82);
  fake_poke(f->memory, &f->cpu, FAKE_GDT + FLOW_SPARE + 13, 1, 1);
  FLOW_PERFORM(f, LLDT);
  flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_DESCRIPTOR_UPPER_TYPE_ZERO);
  system_descriptor(f, 0, 0x02); /* not present, but the limit comes first */
  f->cpu.gdtr.limit = FLOW_SPARE + 14;
  FLOW_PERFORM(f, LLDT);
  flow_refused(f, VECTOR_GP, FLOW_SPARE, RS_CHECK_SELECTOR_WITHIN_GDT);
}

static void only_ring_0_loads_and_umip_keeps_others_from_storing(void **state) {
  for (unsigned cpl = 0; cpl < 4; cpl++)
    for (unsigned umip = 0; umip < 2; umip++) {
      struct flow *f = entered(state, FLOW_PROTECTED, cpl);
      if (umip) f->cpu.cr4 |= CR4_UMIP;
      if (cpl > 0) {
        FLOW_PERFORM(f, LLDT);
        flow_refused(f, VECTOR_GP, 0, RS_CHECK_TABLE_LOAD_CPL);
        FLOW_PERFORM(f, LTR);
        flow_refused(f, VECTOR_GP, 0, RS_CHECK_TABLE_LOAD_CPL);
      }
      FLOW_PERFORM(f, SLDT);
      if (umip && cpl > 0)
        flow_refused(f, VECTOR_GP, 0, RS_CHECK_STORE_ALLOWED_BY_UMIP);
      else
        assert_int_equal(AFTER(f, RAX), FAKE_LDT_SELECTOR);
      FLOW_PERFORM(f, STR);
      if (umip && cpl > 0)
        flow_refused(f, VECTOR_GP, 0, RS_CHECK_STORE_ALLOWED_BY_UMIP);
      else
        assert_int_equal(AFTER(f, RAX), FAKE_TSS_SELECTOR);
    }
}

static void a_store_fills_a_register_as_wide_as_the_operand(void **state) {
  struct flow *f = entered(state, FLOW_LONG, 0);
  f->cpu.general[0] = UINT64_MAX;
  assert_int_equal(FLOW_PERFORM(f, STR), RS_COMPLETED);
  assert_int_equal(AFTER(f, RAX), FAKE_TSS_SELECTOR);
  assert_int_equal(FLOW_PERFORM(f, "\x66\x0f\x00\xc8"), RS_COMPLETED);
  assert_int_equal(AFTER(f, RAX), UINT64_C(0xffffffffffff0000) | FAKE_TSS_SELECTOR);
  f->cpu.general[0] = FAKE_KERNEL_DATA;
  fake_poke(f->memory, &f->cpu, FAKE_KERNEL_DATA, 8, UINT64_MAX);
  assert_int_equal(FLOW_PERFORM(f, "\x48\x0f\x00\x08"), RS_COMPLETED); /* str [rax], always a word */
  flow_commit(f);
  assert_int_equal(fake_peek(f->memory, &f->cpu, FAKE_KERNEL_DATA, 8),
                   UINT64_C(0xffffffffffff0000) | FAKE_TSS_SELECTOR);
}

static void outside_protected_mode_none_of_them_exists(void **state) {
  static const char *const rows[] = { LLDT, LTR, SLDT, STR, VERR, VERW, LAR, LSL };
  for (unsigned v86 = 0; v86 < 2; v86++) {
    struct flow *f = entered(state, FLOW_PROTECTED, v86 ? 3 : 0);
    if (v86)
      f->cpu.rflags |= RFLAGS_VM;
    else
      f->cpu.cr0 &= ~(CR0_PE | CR0_PG);
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
      flow_perform_bytes(f, rows[i], 3);
      flow_refused_plain(f, VECTOR_UD, RS_CHECK_SEGMENTED_PROTECTED_MODE);
    }
    FLOW_PERFORM(f, ARPL);
    flow_refused_plain(f, VECTOR_UD, RS_CHECK_SEGMENTED_PROTECTED_MODE);
  }
}

/* --- Inspections --- */

static bool lists(unsigned type, bool wide, const char *narrow_types, const char *wide_types) {
  for (const char *c = wide ? wide_types : narrow_types; *c; c++)
    if (type == (unsigned)(*c >= 'a' ? *c - 'a' + 10 : *c - '0')) return true;
  return false;
}

enum inspection { INSPECT_LAR, INSPECT_LSL, INSPECT_VERR, INSPECT_VERW, INSPECTIONS };

/* The tables of the manual, and its rules, written out again. */
static bool is_visible(enum inspection what, unsigned byte, unsigned rpl, unsigned cpl, bool wide) {
  unsigned type = byte & 15, dpl = byte >> 5 & 3;
  bool segment = byte & 0x10, code = segment && type & 8, conforming = code && type & 4;
  if (!conforming && (dpl < cpl || dpl < rpl)) return false;
  if (what == INSPECT_VERR) return segment && (!code || type & 2);
  if (what == INSPECT_VERW) return segment && !code && type & 2;
  if (segment) return true;
  return what == INSPECT_LAR ? lists(type, wide, "123459bc", "29bc") : lists(type, wide, "1239b", "29b");
}

static void every_descriptor_is_visible_or_not_as_its_bits_say(void **state) {
  static const char *const bytes[INSPECTIONS] = { LAR, LSL, VERR, VERW };
  for (int mode = FLOW_PROTECTED; mode <= FLOW_LONG; mode++)
    for (unsigned cpl = 0; cpl < 4; cpl++) {
      struct flow *f = entered(state, (enum flow_mode)mode, cpl);
      for (unsigned i = 0; i < 256 * 4 * INSPECTIONS; i++) {
        unsigned byte = i & 255, rpl = i >> 8 & 3, what = i >> 10;
        bool visible = is_visible((enum inspection)what, byte, rpl, cpl, mode == FLOW_LONG);
        system_descriptor(f, 0, byte);
        f->cpu.general[0] = FLOW_SPARE | rpl;
        f->cpu.general[1] = 0x5555;
        f->cpu.rflags ^= RFLAGS_ZF;
        assert_int_equal(flow_perform_bytes(f, bytes[what], 3), RS_COMPLETED);
        uint64_t answer = what == INSPECT_LAR ? byte << 8 : what == INSPECT_LSL ? 0x67 : 0x5555;
        assert_int_equal((f->out.after.rflags & RFLAGS_ZF) != 0, visible);
        assert_int_equal(AFTER(f, RCX), visible ? answer : 0x5555);
      }
    }
}

static void null_and_absent_selectors_are_invisible_not_refused(void **state) {
  struct flow *f = entered(state, FLOW_PROTECTED, 0);
  static const uint16_t selectors[] = { 0, 3, 0x80, 0x1004 };
  for (unsigned i = 0; i < sizeof selectors / sizeof *selectors; i++) {
    f->cpu.general[0] = selectors[i];
    f->cpu.rflags |= RFLAGS_ZF;
    assert_int_equal(FLOW_PERFORM(f, LAR), RS_COMPLETED);
    assert_false(f->out.after.rflags & RFLAGS_ZF);
    assert_int_equal(f->out.after.rip, f->cpu.rip + 3);
  }
}

static void lsl_scales_the_limit_and_a_16_bit_operand_takes_its_low_word(void **state) {
  struct flow *f = entered(state, FLOW_PROTECTED, 0);
  f->cpu.general[0] = FAKE_KERNEL_SS;
  f->cpu.general[1] = 0x12340000;
  assert_int_equal(FLOW_PERFORM(f, LSL), RS_COMPLETED);
  assert_int_equal(AFTER(f, RCX), UINT32_MAX);
  assert_int_equal(FLOW_PERFORM(f, "\x66\x0f\x03\xc8"), RS_COMPLETED);
  assert_int_equal(AFTER(f, RCX), 0x1234ffff);
  assert_int_equal(FLOW_PERFORM(f, LAR), RS_COMPLETED);
  assert_int_equal(AFTER(f, RCX), 0x00c09300);
}

static void arpl_raises_the_rpl_and_says_so_in_zf(void **state) {
  for (unsigned to = 0; to < 4; to++)
    for (unsigned from = 0; from < 4; from++) {
      struct flow *f = entered(state, FLOW_PROTECTED, 3);
      f->cpu.general[0] = 0xabcd0040 | to;
      f->cpu.general[1] = 0x1230 | from;
      assert_int_equal(FLOW_PERFORM(f, ARPL), RS_COMPLETED);
      assert_int_equal(AFTER(f, RAX), 0xabcd0040 | (from > to ? from : to));
      assert_int_equal((f->out.after.rflags & RFLAGS_ZF) != 0, from > to);
    }
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(every_ldt_and_tss_descriptor_is_admitted_or_refused_as_its_bits_say),
    CLAIM(ltr_marks_the_tss_busy_and_takes_no_busy_one),
    CLAIM(selectors_of_ltr_and_lldt_name_the_gdt),
    CLAIM(the_base_is_canonical_in_the_width_that_the_processor_supports),
    CLAIM(descriptors_of_sixteen_bytes_are_checked_whole),
    CLAIM(only_ring_0_loads_and_umip_keeps_others_from_storing),
    CLAIM(a_store_fills_a_register_as_wide_as_the_operand),
    CLAIM(outside_protected_mode_none_of_them_exists),
    CLAIM(every_descriptor_is_visible_or_not_as_its_bits_say),
    CLAIM(null_and_absent_selectors_are_invisible_not_refused),
    CLAIM(lsl_scales_the_limit_and_a_16_bit_operand_takes_its_low_word),
    CLAIM(arpl_raises_the_rpl_and_says_so_in_zf),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

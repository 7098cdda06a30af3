/* Claims about RDMSR and WRMSR: which registers each vendor has, and every value that one refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/fake_machine.h"
#include "arch/msr.h"

#define RDMSR "\x0f\x32"
#define WRMSR "\x0f\x30"
enum { RAX, RCX, RDX };

static bool write_msr(struct fake_machine *m, uint32_t number, uint64_t value) {
  m->cpu.general[RAX] = UINT64_C(0xdead000000000000) | (uint32_t)value; /* upper halves do not count */
  m->cpu.general[RDX] = UINT64_C(0xdead000000000000) | value >> 32;
  m->cpu.general[RCX] = UINT64_C(0xdead000000000000) | number;
  return PERFORM(m, msr_perform, WRMSR);
}

static bool read_number(struct fake_machine *m, uint32_t number, uint64_t *value) {
  m->cpu.general[RCX] = number;
  bool done = PERFORM(m, msr_perform, RDMSR);
  *value = m->transition.after.general[RDX] << 32 | m->transition.after.general[RAX];
  return done;
}

/* What a written register then reads as. */
static uint64_t written(struct fake_machine *m, uint32_t number) {
  uint64_t value;
  m->cpu = m->transition.after;
  assert_true(read_number(m, number, &value));
  return value;
}

static void enter(struct fake_machine *m, unsigned model) {
  fake_machine_enter(m, fake_long_mode, (enum rs_cpu_model)model);
}

static const uint32_t kept[] = { 0xc0000080, 0xc0000081, 0xc0000082, 0xc0000083, 0xc0000084,
                                 0xc0000100, 0xc0000101, 0xc0000102, 0xc0000103, 0x10,
                                 0x1b,       0x174,      0x175,      0x176,      0x277 };
enum { KEPT = sizeof kept / sizeof *kept };

static void outside_ring_0_both_raise_gp(void **state) {
  struct fake_machine *m = *state;
  uint64_t value;
  for (unsigned cpl = 1; cpl <= 3; cpl++) {
    m->cpu.cpl = (uint8_t)cpl;
    assert_false(read_number(m, 0xc0000080, &value));
    fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_CPL);
    assert_false(write_msr(m, 0xc0000082, 0));
    fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_CPL);
  }
}

static void both_vendors_have_the_registers_of_system_calls(void **state) {
  struct fake_machine *m = *state;
  uint64_t value;
  for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    enter(m, model);
    for (unsigned i = 0; i < KEPT; i++)
      assert_true(read_number(m, kept[i], &value));
  }
}

static void an_unknown_msr_raises_gp_on_both_vendors(void **state) {
  struct fake_machine *m = *state;
  static const uint32_t unknown[] = { 0,     0x11,  0xfe,       0x1a1,      0x200,      0x480,
                                      0x6a0, 0x802, 0xc0000085, 0xc0000104, 0xc0010114, 0xffffffff };
  uint64_t value;
  for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    enter(m, model);
    for (unsigned i = 0; i < sizeof unknown / sizeof *unknown; i++) {
      assert_false(read_number(m, unknown[i], &value));
      fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_EXISTS);
      assert_false(write_msr(m, unknown[i], 0));
      fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_EXISTS);
    }
  }
}

static void each_vendor_lacks_the_others_msrs(void **state) {
  struct fake_machine *m = *state;
  static const struct {
    uint32_t number;
    enum rs_cpu_model model;
  } rows[] = { { 0x17, RS_CPU_INTEL },     { 0x3a, RS_CPU_INTEL },     { 0x1a0, RS_CPU_INTEL },
               { 0xc0010010, RS_CPU_AMD }, { 0xc0010015, RS_CPU_AMD }, { 0xc0011029, RS_CPU_AMD } };
  uint64_t value;
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
    for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
      enter(m, model);
      assert_int_equal(read_number(m, rows[i].number, &value), model == rows[i].model);
    }
}

static void reading_fills_two_halves_and_clears_the_rest(void **state) {
  struct fake_machine *m = *state;
  m->cpu.msr[RS_MSR_INDEX(RS_STAR)] = UINT64_C(0x0023001000000000);
  m->cpu.general[RAX] = m->cpu.general[RDX] = UINT64_MAX;
  m->cpu.general[RCX] = 0xc0000081;
  assert_true(PERFORM(m, msr_perform, RDMSR));
  assert_true(m->transition.after.general[RAX] == 0);
  assert_true(m->transition.after.general[RDX] == 0x00230010);
  assert_true(m->transition.after.rip == m->cpu.rip + 2);
}

/* The highest canonical address of the lower half and its neighbours, for 48 and 57 bits. */
static void claim_canonical(struct fake_machine *m, uint32_t number, unsigned bits) {
  uint64_t low = (UINT64_C(1) << (bits - 1)) - 1;
  assert_true(write_msr(m, number, low));
  assert_true(written(m, number) == low);
  assert_true(write_msr(m, number, ~low));
  assert_true(written(m, number) == ~low);
  assert_false(write_msr(m, number, low + 1));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_CANONICAL);
  assert_false(write_msr(m, number, ~low - 1));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_CANONICAL);
}

/* The width is what the processor supports: LA57 is off here, and Intel's profile offers it. */
static void addresses_must_be_canonical_in_the_width_that_the_processor_supports(void **state) {
  struct fake_machine *m = *state;
  static const uint32_t both[] = { 0xc0000082, 0xc0000083, 0xc0000100, 0xc0000101, 0xc0000102 };
  for (unsigned i = 0; i < sizeof both / sizeof *both; i++) {
    enter(m, RS_CPU_INTEL);
    claim_canonical(m, both[i], 57);
    enter(m, RS_CPU_AMD);
    claim_canonical(m, both[i], 48);
  }
  enter(m, RS_CPU_INTEL);
  claim_canonical(m, 0x175, 57);
  claim_canonical(m, 0x176, 57);
}

/* [APM2 "SYSENTER and SYSEXIT (Legacy Mode Only)"] */
static void sysenter_msrs_of_amd_keep_32_bits_of_anything(void **state) {
  struct fake_machine *m = *state;
  enter(m, RS_CPU_AMD);
  for (uint32_t number = 0x174; number <= 0x176; number++) {
    assert_true(write_msr(m, number, UINT64_C(0x8123456789abcdef)));
    assert_true(written(m, number) == 0x89abcdef);
  }
}

/* FMASK and TSC_AUX: reserved for Intel, ignored by AMD */
static void upper_halves_without_meaning_are_refused_by_intel_and_dropped_by_amd(void **state) {
  struct fake_machine *m = *state;
  static const uint32_t numbers[] = { 0xc0000084, 0xc0000103 };
  for (unsigned i = 0; i < 2; i++)
    for (unsigned bit = 32; bit < 64; bit++) {
      enter(m, RS_CPU_INTEL);
      assert_false(write_msr(m, numbers[i], UINT64_C(1) << bit));
      fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_RESERVED);
      enter(m, RS_CPU_AMD);
      assert_true(write_msr(m, numbers[i], UINT64_C(1) << bit | 0x4700));
      assert_true(written(m, numbers[i]) == 0x4700);
    }
}

static void star_takes_every_bit(void **state) {
  struct fake_machine *m = *state;
  assert_true(write_msr(m, 0xc0000081, UINT64_MAX));
  assert_true(written(m, 0xc0000081) == UINT64_MAX);
}

/* --- EFER [SDM3 "Extended Feature Enable Register"], [APM2 "Extended Feature Enable Register (EFER)"] --- */

static void lme_does_not_change_while_paging_is_on(void **state) {
  struct fake_machine *m = *state;
  uint64_t efer = fake_msr(&m->cpu, RS_EFER);
  assert_false(write_msr(m, 0xc0000080, efer & ~EFER_LME));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_EFER_LME_KEPT);
  fake_machine_enter(m, fake_pae_mode, RS_CPU_INTEL);
  assert_false(write_msr(m, 0xc0000080, EFER_LME | EFER_NXE));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_EFER_LME_KEPT);
  m->cpu.cr0 &= ~CR0_PG;
  assert_true(write_msr(m, 0xc0000080, EFER_LME | EFER_NXE));
  assert_true(written(m, 0xc0000080) == (EFER_LME | EFER_NXE));
}

static void a_change_of_lma_is_ignored_by_intel_and_refused_by_amd(void **state) {
  struct fake_machine *m = *state;
  uint64_t efer = fake_msr(&m->cpu, RS_EFER);
  assert_true(write_msr(m, 0xc0000080, efer & ~EFER_LMA));
  assert_true(written(m, 0xc0000080) == efer);
  enter(m, RS_CPU_AMD);
  assert_false(write_msr(m, 0xc0000080, efer & ~EFER_LMA));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_EFER_LMA_KEPT);
  assert_true(write_msr(m, 0xc0000080, efer & ~EFER_SCE));
}

/* [APM2 "Extended Feature Enable Register (EFER)"]: of what AMD has besides, the profile offers TCE alone. */
static void tce_is_amds_alone_and_the_other_bits_of_efer_are_reserved(void **state) {
  struct fake_machine *m = *state;
  const uint64_t known = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE;
  for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    enter(m, model);
    uint64_t efer = fake_msr(&m->cpu, RS_EFER), writable = known | (model == RS_CPU_AMD ? EFER_TCE : 0);
    for (unsigned bit = 0; bit < 64; bit++) {
      if (known >> bit & 1) continue;
      assert_int_equal(write_msr(m, 0xc0000080, efer | UINT64_C(1) << bit), writable >> bit & 1);
      if (!(writable >> bit & 1)) fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_RESERVED);
    }
  }
}

static void sce_and_nxe_change_freely(void **state) {
  struct fake_machine *m = *state;
  uint64_t efer = fake_msr(&m->cpu, RS_EFER);
  assert_true(write_msr(m, 0xc0000080, efer & ~(EFER_SCE | EFER_NXE)));
  assert_true(written(m, 0xc0000080) == (efer & ~(EFER_SCE | EFER_NXE)));
}

/* --- The rest --- */

static void bases_are_views_of_the_hidden_segment_bases(void **state) {
  struct fake_machine *m = *state;
  for (unsigned i = 0; i < 2; i++) {
    unsigned index = RS_SEGMENT_INDEX(RS_FS) + i;
    struct rs_segment old = m->cpu.segment[index];
    assert_true(write_msr(m, 0xc0000100 + i, UINT64_C(0xffff888000001000)));
    const struct rs_segment *new = &m->transition.after.segment[index];
    assert_true(new->base == UINT64_C(0xffff888000001000));
    assert_true(new->selector == old.selector &&new->attributes == old.attributes &&new->limit == old.limit);
  }
}

/* [SDM3 "Programming the PAT"]: every value of every byte */
static void pat_takes_defined_memory_types_alone(void **state) {
  struct fake_machine *m = *state;
  for (unsigned byte = 0; byte < 8; byte++)
    for (unsigned type = 0; type < 256; type++) {
      bool defined = type == 0 || type == 1 || (type >= 4 && type <= 7);
      assert_int_equal(write_msr(m, 0x277, (uint64_t)type << 8 * byte), defined);
      if (!defined) fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_PAT_TYPES);
    }
}

static void constants_refuse_writes(void **state) {
  struct fake_machine *m = *state;
  assert_false(write_msr(m, 0x3a, 1));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_WRITABLE);
  assert_false(write_msr(m, 0x17, 0));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_WRITABLE);
}

static void a_microcode_probe_writes_zero_and_reads_no_revision(void **state) {
  struct fake_machine *m = *state;
  assert_true(write_msr(m, 0x8b, 0));
  assert_true(written(m, 0x8b) == 0);
  enter(m, RS_CPU_AMD);
  assert_false(write_msr(m, 0x8b, 0));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_WRITABLE);
}

static void the_apic_is_enabled_and_disabled_where_it_is(void **state) {
  struct fake_machine *m = *state;
  m->cpu.msr[RS_MSR_INDEX(RS_APIC_BASE)] = 0xfee00900;
  for (unsigned bit = 0; bit < 64; bit++) {
    assert_int_equal(write_msr(m, 0x1b, 0xfee00900 ^ UINT64_C(1) << bit), bit == 11);
    if (bit != 11) fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_RESERVED);
  }
}

static void of_misc_enable_only_fast_strings_change(void **state) {
  struct fake_machine *m = *state;
  m->cpu.msr[RS_MSR_INDEX(RS_MISC_ENABLE)] = 0x1801;
  for (unsigned bit = 0; bit < 64; bit++) {
    assert_int_equal(write_msr(m, 0x1a0, 0x1801 ^ UINT64_C(1) << bit), bit == 0);
    if (bit) fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_RESERVED);
  }
}

static void the_tsc_is_read_and_set(void **state) {
  struct fake_machine *m = *state;
  uint64_t value;
  m->cpu.tsc = UINT64_C(0x123456789);
  assert_true(read_number(m, 0x10, &value));
  assert_true(value == UINT64_C(0x123456789));
  assert_true(write_msr(m, 0x10, 7));
  assert_true(m->transition.after.tsc == 7);
}

static void real_mode_has_ring_0_and_faults_without_an_error_code(void **state) {
  struct fake_machine *m = *state;
  fake_machine_enter(m, fake_protected_mode, RS_CPU_INTEL);
  m->cpu.cr0 &= ~(CR0_PG | CR0_PE);
  assert_true(write_msr(m, 0xc0000080, EFER_LME));
  assert_false(write_msr(m, 0, 0));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_MSR_EXISTS);
  assert_false(m->transition.fault.has_error_code);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    CLAIM(outside_ring_0_both_raise_gp),
    CLAIM(both_vendors_have_the_registers_of_system_calls),
    CLAIM(an_unknown_msr_raises_gp_on_both_vendors),
    CLAIM(each_vendor_lacks_the_others_msrs),
    CLAIM(reading_fills_two_halves_and_clears_the_rest),
    CLAIM(addresses_must_be_canonical_in_the_width_that_the_processor_supports),
    CLAIM(sysenter_msrs_of_amd_keep_32_bits_of_anything),
    CLAIM(upper_halves_without_meaning_are_refused_by_intel_and_dropped_by_amd),
    CLAIM(star_takes_every_bit),
    CLAIM(lme_does_not_change_while_paging_is_on),
    CLAIM(a_change_of_lma_is_ignored_by_intel_and_refused_by_amd),
    CLAIM(tce_is_amds_alone_and_the_other_bits_of_efer_are_reserved),
    CLAIM(sce_and_nxe_change_freely),
    CLAIM(bases_are_views_of_the_hidden_segment_bases),
    CLAIM(pat_takes_defined_memory_types_alone),
    CLAIM(constants_refuse_writes),
    CLAIM(a_microcode_probe_writes_zero_and_reads_no_revision),
    CLAIM(the_apic_is_enabled_and_disabled_where_it_is),
    CLAIM(of_misc_enable_only_fast_strings_change),
    CLAIM(the_tsc_is_read_and_set),
    CLAIM(real_mode_has_ring_0_and_faults_without_an_error_code),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

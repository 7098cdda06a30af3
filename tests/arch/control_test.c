/* Claims about control and debug registers: what may be loaded, in which mode, and what a load changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/control.h"
#include "arch/fake_machine.h"
#include "arch/model.h"
#include "arch/perform.h"

#define RAX 0
#define RBX 3
#define MOV_CR0_RAX "\x0f\x22\xc0"
#define MOV_CR2_RAX "\x0f\x22\xd0"
#define MOV_CR3_RAX "\x0f\x22\xd8"
#define MOV_CR4_RAX "\x0f\x22\xe0"
#define MOV_CR8_RAX "\x44\x0f\x22\xc0"
#define MOV_RAX_CR0 "\x0f\x20\xc0"
#define MOV_RAX_CR4 "\x0f\x20\xe0"
#define MOV_DR7_RAX "\x0f\x23\xf8"
#define MOV_RAX_DR7 "\x0f\x21\xf8"
#define CLTS "\x0f\x06"
#define LMSW_AX "\x0f\x01\xf0"
#define LMSW_RBX "\x0f\x01\x33" /* memory at RBX */
#define SMSW_EAX "\x0f\x01\xe0"
#define SMSW_AX "\x66\x0f\x01\xe0"
#define SMSW_RAX "\x48\x0f\x01\xe0"
#define SMSW_RBX "\x0f\x01\x23"

static bool load(struct fake_machine *m, const char *bytes, unsigned count, uint64_t value) {
  m->cpu.general[RAX] = value;
  return fake_perform(m, control_perform, bytes, count);
}
#define LOAD(m, literal, value) load(m, literal, sizeof(literal) - 1, value)

static const struct rs_cpu *after(const struct fake_machine *m) {
  return &m->transition.after;
}

/* Protected mode without paging, from which every mode can be entered. */
static void enter_unpaged(struct fake_machine *m, enum rs_cpu_model model) {
  fake_machine_enter(m, fake_protected_mode, model);
  m->cpu.cr0 &= ~CR0_PG;
}

/* --- Privilege and existence --- */

static void outside_ring_0_every_privileged_one_raises_gp(void **state) {
  struct fake_machine *m = *state;
  for (unsigned cpl = 1; cpl <= 3; cpl++) {
    m->cpu.cpl = (uint8_t)cpl;
    assert_false(LOAD(m, MOV_CR0_RAX, m->cpu.cr0));
    fake_assert_fault(m, VECTOR_GP, RS_CHECK_CONTROL_CPL);
    assert_false(LOAD(m, MOV_CR3_RAX, m->cpu.cr3));
    fake_assert_fault(m, VECTOR_GP, RS_CHECK_CONTROL_CPL);
    assert_false(PERFORM(m, control_perform, MOV_RAX_CR4));
    fake_assert_fault(m, VECTOR_GP, RS_CHECK_CONTROL_CPL);
    assert_false(PERFORM(m, control_perform, CLTS));
    fake_assert_fault(m, VECTOR_GP, RS_CHECK_CONTROL_CPL);
    assert_false(PERFORM(m, control_perform, LMSW_AX));
    fake_assert_fault(m, VECTOR_GP, RS_CHECK_CONTROL_CPL);
    assert_false(PERFORM(m, control_perform, MOV_RAX_DR7));
    fake_assert_fault(m, VECTOR_GP, RS_CHECK_DEBUG_CPL);
  }
}

/* [SDM2 "MOV—Move to/from Control Registers"], before the privilege is looked at */
static void only_cr0_2_3_4_and_8_exist(void **state) {
  struct fake_machine *m = *state;
  for (unsigned number = 0; number < 16; number++) {
    char bytes[] = { number < 8 ? 0x40 : 0x44, 0x0f, 0x20, (char)(0xc0 | (number & 7) << 3) };
    bool exists = number == 0 || (number >= 2 && number <= 4) || number == 8;
    m->cpu.cpl = exists ? 0 : 3;
    assert_int_equal(fake_perform(m, control_perform, bytes, sizeof bytes), exists);
    if (!exists) fake_assert_fault(m, VECTOR_UD, RS_CHECK_CONTROL_REGISTER_EXISTS);
  }
}

static void a_load_tells_its_register_and_moves_on(void **state) {
  struct fake_machine *m = *state;
  assert_true(LOAD(m, MOV_CR2_RAX, UINT64_C(0x8123456789abcdef)));
  assert_true(after(m)->cr2 == UINT64_C(0x8123456789abcdef));
  assert_true(after(m)->rip == m->cpu.rip + 3);
}

static void outside_64_bit_mode_registers_move_32_bits(void **state) {
  struct fake_machine *m = *state;
  fake_machine_enter(m, fake_protected_mode, RS_CPU_INTEL);
  assert_true(LOAD(m, MOV_CR2_RAX, UINT64_C(0xffffffff12345678)));
  assert_true(after(m)->cr2 == 0x12345678);
  assert_true(LOAD(m, MOV_CR0_RAX, UINT64_C(0xffffffff00000000) | m->cpu.cr0)); /* no #GP: not looked at */
}

/* --- CR0 --- */

static void cr0_refuses_every_upper_bit(void **state) {
  struct fake_machine *m = *state;
  for (unsigned bit = 32; bit < 64; bit++) {
    assert_false(LOAD(m, MOV_CR0_RAX, m->cpu.cr0 | UINT64_C(1) << bit));
    fake_assert_fault(m, VECTOR_GP, RS_CHECK_CR0_UPPER_ZERO);
  }
}

static void cr0_ignores_undefined_low_bits_and_keeps_et(void **state) {
  struct fake_machine *m = *state;
  assert_true(LOAD(m, MOV_CR0_RAX, (m->cpu.cr0 | 0x1ffaffc0) & ~CR0_ET));
  assert_true(after(m)->cr0 == m->cpu.cr0);
}

/* [SDM3 "Control Registers"]: all sixteen settings of the four bits that restrict each other */
static void pg_needs_pe_and_nw_needs_cd(void **state) {
  struct fake_machine *m = *state;
  for (unsigned set = 0; set < 16; set++) {
    uint64_t value = CR0_ET;
    if (set & 1) value |= CR0_PE;
    if (set & 2) value |= CR0_PG;
    if (set & 4) value |= CR0_CD;
    if (set & 8) value |= CR0_NW;
    bool pg_alone = (set & 3) == 2, nw_alone = (set & 12) == 8;
    enter_unpaged(m, RS_CPU_INTEL);
    assert_int_equal(LOAD(m, MOV_CR0_RAX, value), !pg_alone && !nw_alone);
    if (pg_alone)
      fake_assert_fault(m, VECTOR_GP, RS_CHECK_CR0_PG_WITH_PE);
    else if (nw_alone)
      fake_assert_fault(m, VECTOR_GP, RS_CHECK_CR0_NW_WITH_CD);
    else
      assert_true(after(m)->cr0 == value);
  }
}

/* [SDM3 "Initializing IA-32e Mode"] */
static void paging_with_lme_enters_long_mode(void **state) {
  struct fake_machine *m = *state;
  enter_unpaged(m, RS_CPU_INTEL);
  m->cpu.cr4 |= CR4_PAE;
  m->cpu.msr[RS_MSR_INDEX(RS_EFER)] = EFER_LME;
  assert_true(LOAD(m, MOV_CR0_RAX, m->cpu.cr0 | CR0_PG));
  assert_true(fake_msr(after(m), RS_EFER) == (EFER_LME | EFER_LMA));
  assert_int_equal(after(m)->cpl, 0);
}

static void paging_without_lme_does_not(void **state) {
  struct fake_machine *m = *state;
  enter_unpaged(m, RS_CPU_INTEL);
  assert_true(LOAD(m, MOV_CR0_RAX, m->cpu.cr0 | CR0_PG));
  assert_true(fake_msr(after(m), RS_EFER) == 0);
}

static void long_mode_begins_only_with_pae(void **state) {
  struct fake_machine *m = *state;
  enter_unpaged(m, RS_CPU_INTEL);
  m->cpu.msr[RS_MSR_INDEX(RS_EFER)] = EFER_LME;
  assert_false(LOAD(m, MOV_CR0_RAX, m->cpu.cr0 | CR0_PG));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_CR0_LONG_MODE_PAE);
}

static void long_mode_begins_only_with_cs_l_clear(void **state) {
  struct fake_machine *m = *state;
  enter_unpaged(m, RS_CPU_INTEL);
  m->cpu.cr4 |= CR4_PAE;
  m->cpu.msr[RS_MSR_INDEX(RS_EFER)] = EFER_LME;
  m->cpu.segment[RS_SEGMENT_INDEX(RS_CS)].attributes |= SEGMENT_L;
  assert_false(LOAD(m, MOV_CR0_RAX, m->cpu.cr0 | CR0_PG));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_CR0_LONG_MODE_CS_L);
}

static void intel_begins_long_mode_only_without_a_16_bit_tss(void **state) {
  struct fake_machine *m = *state;
  for (unsigned type = 1; type <= 3; type += 2)
    for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
      enter_unpaged(m, (enum rs_cpu_model)model);
      m->cpu.cr4 |= CR4_PAE;
      m->cpu.msr[RS_MSR_INDEX(RS_EFER)] = EFER_LME;
      m->cpu.tr.attributes = SEGMENT_P | type;
      assert_int_equal(LOAD(m, MOV_CR0_RAX, m->cpu.cr0 | CR0_PG), model == RS_CPU_AMD);
      if (model == RS_CPU_INTEL) fake_assert_fault(m, VECTOR_GP, RS_CHECK_CR0_LONG_MODE_TSS);
    }
}

static void paging_stays_on_in_64_bit_mode(void **state) {
  struct fake_machine *m = *state;
  assert_false(LOAD(m, MOV_CR0_RAX, m->cpu.cr0 & ~CR0_PG));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_CR0_PG_KEPT);
}

static void clearing_pg_in_compatibility_mode_leaves_long_mode(void **state) {
  struct fake_machine *m = *state;
  struct rs_segment *cs = &m->cpu.segment[RS_SEGMENT_INDEX(RS_CS)];
  cs->attributes = (cs->attributes & ~SEGMENT_L) | SEGMENT_DB;
  assert_true(LOAD(m, MOV_CR0_RAX, m->cpu.cr0 & ~CR0_PG));
  assert_true(fake_msr(after(m), RS_EFER) == (fake_msr(&m->cpu, RS_EFER) & ~EFER_LMA));
  assert_true(fake_msr(after(m), RS_EFER) & EFER_LME);
}

/* --- CR3, CR4, CR8 --- */

static void cr3_refuses_every_bit_from_maxphyaddr_up(void **state) {
  struct fake_machine *m = *state;
  for (unsigned bit = 0; bit < 64; bit++) {
    uint64_t value = UINT64_C(1) << bit;
    assert_int_equal(LOAD(m, MOV_CR3_RAX, value), bit < MODEL_PHYSICAL_BITS);
    if (bit >= MODEL_PHYSICAL_BITS)
      fake_assert_fault(m, VECTOR_GP, RS_CHECK_CR3_RESERVED);
    else
      assert_true(after(m)->cr3 == value);
  }
}

/* Written from CPUID's features, not from the model's own mask. */
static bool cr4_bit_exists(enum rs_cpu_model model, unsigned bit) {
  static const uint64_t both =
      0x310fbc; /* TSD DE PSE PAE PGE PCE OSFXSR OSXMMEXCPT UMIP FSGSBASE SMEP SMAP */
  if (bit == 12) return model == RS_CPU_INTEL; /* LA57 */
  return both >> bit & 1;
}

static void cr4_refuses_exactly_the_features_that_the_processor_lacks(void **state) {
  struct fake_machine *m = *state;
  for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++)
    for (unsigned bit = 0; bit < 32; bit++) {
      enter_unpaged(m, (enum rs_cpu_model)model);
      bool exists = cr4_bit_exists((enum rs_cpu_model)model, bit);
      if (LOAD(m, MOV_CR4_RAX, UINT64_C(1) << bit) != exists) fail_msg("model %u bit %u", model, bit);
      if (!exists) fake_assert_fault(m, VECTOR_GP, RS_CHECK_CR4_RESERVED);
    }
}

static void cr4_refuses_every_upper_bit(void **state) {
  struct fake_machine *m = *state;
  for (unsigned bit = 32; bit < 64; bit++) {
    assert_false(LOAD(m, MOV_CR4_RAX, m->cpu.cr4 | UINT64_C(1) << bit));
    fake_assert_fault(m, VECTOR_GP, RS_CHECK_CR4_RESERVED);
  }
}

static void pae_stays_on_in_long_mode(void **state) {
  struct fake_machine *m = *state;
  assert_false(LOAD(m, MOV_CR4_RAX, m->cpu.cr4 & ~CR4_PAE));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_CR4_PAE_KEPT);
}

static void la57_does_not_change_in_long_mode(void **state) {
  struct fake_machine *m = *state;
  assert_false(LOAD(m, MOV_CR4_RAX, m->cpu.cr4 | CR4_LA57));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_CR4_LA57_KEPT);
  fake_machine_enter(m, fake_five_level_mode, RS_CPU_INTEL);
  assert_false(LOAD(m, MOV_CR4_RAX, m->cpu.cr4 & ~CR4_LA57));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_CR4_LA57_KEPT);
}

static void cr8_takes_four_bits(void **state) {
  struct fake_machine *m = *state;
  for (unsigned bit = 0; bit < 64; bit++) {
    assert_int_equal(LOAD(m, MOV_CR8_RAX, UINT64_C(1) << bit), bit < 4);
    if (bit >= 4) fake_assert_fault(m, VECTOR_GP, RS_CHECK_CR8_RESERVED);
  }
  assert_true(LOAD(m, MOV_CR8_RAX, 15));
  assert_int_equal(after(m)->cr8, 15);
}

/* --- PDPTEs [SDM3 "PDPTE Registers"] --- */

static uint64_t new_pdptes(struct fake_machine *m, unsigned index, uint64_t entry) {
  uint64_t page = fake_new_page(m->memory);
  fake_write(m->memory, page + 8 * index, 8, entry);
  return page;
}

static void a_pdpte_with_a_reserved_bit_refuses_the_load_of_cr3(void **state) {
  struct fake_machine *m = *state;
  static const uint64_t reserved = UINT64_C(0xffffff00000001e6);
  fake_machine_enter(m, fake_pae_mode, RS_CPU_INTEL);
  for (unsigned bit = 1; bit < 64; bit++) {
    uint64_t page = new_pdptes(m, bit % 4, UINT64_C(1) << bit | 1);
    bool refused = reserved >> bit & 1;
    if (LOAD(m, MOV_CR3_RAX, page) == refused) fail_msg("bit %u", bit);
    if (refused) fake_assert_fault(m, VECTOR_GP, RS_CHECK_PDPTE_RESERVED);
  }
}

static void a_pdpte_that_is_not_present_may_hold_anything(void **state) {
  struct fake_machine *m = *state;
  fake_machine_enter(m, fake_pae_mode, RS_CPU_INTEL);
  assert_true(LOAD(m, MOV_CR3_RAX, new_pdptes(m, 0, ~UINT64_C(1))));
}

static void cr0_and_cr4_load_the_pdptes_only_when_paging_bits_change(void **state) {
  struct fake_machine *m = *state;
  fake_machine_enter(m, fake_pae_mode, RS_CPU_INTEL);
  m->cpu.cr3 = new_pdptes(m, 2, 7);
  static const struct {
    bool cr4;
    uint64_t change;
    bool loads;
  } rows[] = { { false, CR0_CD, true },   { false, CR0_TS, false }, { false, CR0_WP, false },
               { true, CR4_PGE, true },   { true, CR4_PSE, true },  { true, CR4_SMEP, true },
               { true, CR4_SMAP, false }, { true, CR4_TSD, false } };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    bool done = rows[i].cr4 ? LOAD(m, MOV_CR4_RAX, m->cpu.cr4 ^ rows[i].change)
                            : LOAD(m, MOV_CR0_RAX, m->cpu.cr0 ^ rows[i].change);
    assert_int_equal(done, !rows[i].loads);
    if (rows[i].loads) fake_assert_fault(m, VECTOR_GP, RS_CHECK_PDPTE_RESERVED);
  }
}

static void entering_pae_paging_loads_the_pdptes(void **state) {
  struct fake_machine *m = *state;
  enter_unpaged(m, RS_CPU_INTEL);
  m->cpu.cr4 = CR4_PAE;
  m->cpu.cr3 = new_pdptes(m, 3, 7);
  assert_false(LOAD(m, MOV_CR0_RAX, m->cpu.cr0 | CR0_PG));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_PDPTE_RESERVED);
  m->cpu.msr[RS_MSR_INDEX(RS_EFER)] = EFER_LME; /* then the root is a PML4 */
  assert_true(LOAD(m, MOV_CR0_RAX, m->cpu.cr0 | CR0_PG));
}

/* --- CLTS, LMSW, SMSW --- */

static void clts_clears_ts_alone(void **state) {
  struct fake_machine *m = *state;
  m->cpu.cr0 |= CR0_TS | CR0_MP;
  assert_true(PERFORM(m, control_perform, CLTS));
  assert_true(after(m)->cr0 == (m->cpu.cr0 & ~CR0_TS));
}

/* [SDM2 "LMSW—Load Machine Status Word"]: PE can be set and not cleared */
static void lmsw_loads_four_bits_and_never_clears_pe(void **state) {
  struct fake_machine *m = *state;
  for (unsigned pe = 0; pe <= 1; pe++)
    for (unsigned value = 0; value < 16; value++) {
      m->cpu.cr0 = CR0_ET | CR0_NE | pe;
      m->cpu.msr[RS_MSR_INDEX(RS_EFER)] = 0;
      m->cpu.segment[RS_SEGMENT_INDEX(RS_CS)].attributes = SEGMENT_P | SEGMENT_S | SEGMENT_CODE;
      assert_true(LOAD(m, LMSW_AX, 0xfff0 | value));
      assert_true(after(m)->cr0 == (CR0_ET | CR0_NE | value | pe));
    }
}

static void lmsw_reads_two_bytes_of_memory(void **state) {
  struct fake_machine *m = *state;
  m->cpu.general[RBX] = FAKE_KERNEL_DATA;
  fake_poke(m->memory, &m->cpu, FAKE_KERNEL_DATA, 4, 0xffff000b);
  assert_true(PERFORM(m, control_perform, LMSW_RBX));
  assert_true((after(m)->cr0 & 15) == 0xb);
  m->cpu.general[RBX] = UINT64_C(0x8000000000000000);
  assert_false(PERFORM(m, control_perform, LMSW_RBX));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_OPERAND_CANONICAL);
}

static void smsw_fills_as_much_of_a_register_as_its_operand_size(void **state) {
  struct fake_machine *m = *state;
  static const uint64_t old = UINT64_C(0x1122334455667788);
  assert_true(LOAD(m, SMSW_AX, old));
  assert_true(after(m)->general[RAX] == ((old & ~UINT64_C(0xffff)) | (m->cpu.cr0 & 0xffff)));
  assert_true(LOAD(m, SMSW_EAX, old));
  assert_true(after(m)->general[RAX] == m->cpu.cr0);
  assert_true(LOAD(m, SMSW_RAX, old));
  assert_true(after(m)->general[RAX] == m->cpu.cr0);
}

static void smsw_stores_two_bytes_for_anybody_but_under_umip(void **state) {
  struct fake_machine *m = *state;
  fake_enter_user(&m->cpu);
  m->cpu.general[RBX] = FAKE_USER_DATA;
  assert_true(PERFORM(m, control_perform, SMSW_RBX));
  fake_commit(m->memory, &m->transition);
  assert_true(fake_peek(m->memory, &m->cpu, FAKE_USER_DATA, 8) == (m->cpu.cr0 & 0xffff));
  m->cpu.cr4 |= CR4_UMIP;
  assert_false(PERFORM(m, control_perform, SMSW_RBX));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_STORE_ALLOWED_BY_UMIP);
  m->cpu.cpl = 0;
  assert_true(PERFORM(m, control_perform, SMSW_RBX));
}

static void smsw_to_a_kernel_page_is_the_users_page_fault(void **state) {
  struct fake_machine *m = *state;
  fake_enter_user(&m->cpu);
  m->cpu.general[RBX] = FAKE_KERNEL_DATA;
  assert_false(PERFORM(m, control_perform, SMSW_RBX));
  assert_int_equal(m->transition.fault.error_code, PF_PRESENT | PF_WRITE | PF_USER);
}

/* --- Debug registers --- */

static void dr4_and_dr5_are_aliases_unless_de_is_set(void **state) {
  struct fake_machine *m = *state;
  assert_true(LOAD(m, "\x0f\x23\xe8", 0x2)); /* DR5 */
  assert_true(after(m)->dr7 == 0x402);
  assert_true(LOAD(m, "\x0f\x23\xe0", 0x8)); /* DR4 */
  assert_true(after(m)->dr6 == 0xffff0ff8);
  m->cpu.cr4 |= CR4_DE;
  m->cpu.cpl = 3; /* #UD comes first */
  assert_false(LOAD(m, "\x0f\x23\xe8", 0x2));
  fake_assert_fault(m, VECTOR_UD, RS_CHECK_DEBUG_ALIAS_ALLOWED);
}

static void dr8_and_above_do_not_exist(void **state) {
  struct fake_machine *m = *state;
  assert_false(LOAD(m, "\x44\x0f\x23\xc0", 0));
  fake_assert_fault(m, VECTOR_UD, RS_CHECK_DEBUG_REGISTER_EXISTS);
}

static void dr0_to_dr3_take_any_address(void **state) {
  struct fake_machine *m = *state;
  for (unsigned i = 0; i < 4; i++) {
    char bytes[] = { 0x0f, 0x23, (char)(0xc0 | i << 3) };
    assert_true(load(m, bytes, sizeof bytes, UINT64_C(0x8000000000000000) | i));
    assert_true(after(m)->dr[i] == (UINT64_C(0x8000000000000000) | i));
  }
}

static void dr6_and_dr7_refuse_upper_bits_and_keep_fixed_ones(void **state) {
  struct fake_machine *m = *state;
  for (unsigned bit = 32; bit < 64; bit++) {
    assert_false(LOAD(m, MOV_DR7_RAX, UINT64_C(1) << bit));
    fake_assert_fault(m, VECTOR_GP, RS_CHECK_DEBUG_UPPER_ZERO);
    assert_false(LOAD(m, "\x0f\x23\xf0", UINT64_C(1) << bit));
    fake_assert_fault(m, VECTOR_GP, RS_CHECK_DEBUG_UPPER_ZERO);
  }
  assert_true(LOAD(m, MOV_DR7_RAX, 0));
  assert_true(after(m)->dr7 == 0x400);
  assert_true(LOAD(m, MOV_DR7_RAX, UINT32_MAX));
  assert_true(after(m)->dr7 == 0xffff27ff);
  assert_true(LOAD(m, "\x0f\x23\xf0", 0));
  assert_true(after(m)->dr6 == 0xffff0ff0);
}

/* [SDM3 "Debug Control Register (DR7)"] */
static void general_detect_raises_db_with_bd(void **state) {
  struct fake_machine *m = *state;
  m->cpu.dr7 |= DR7_GD;
  assert_false(PERFORM(m, control_perform, MOV_RAX_DR7));
  fake_assert_fault(m, VECTOR_DB, RS_CHECK_DEBUG_NOT_DETECTED);
  assert_int_equal(m->transition.fault.dr6, DR6_BD);
  m->cpu.cpl = 3;
  assert_false(PERFORM(m, control_perform, MOV_RAX_DR7));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_DEBUG_CPL);
}

static void delivery_of_general_detect_sets_bd_and_clears_gd(void **state) {
  struct fake_machine *m = *state;
  struct guest_memory guest = fake_memory_guest(m->memory);
  static struct rs_transition delivery;
  m->cpu.dr7 |= DR7_GD;
  assert_false(PERFORM(m, control_perform, MOV_RAX_DR7));
  fake_gate(m->memory, &m->cpu, VECTOR_DB, FAKE_KERNEL_CS, FAKE_KERNEL_CODE, 0x8e, 0);
  struct rs_interrupt_request request = exception_request(&m->transition.fault, m->cpu.rip);
  assert_int_equal(interrupt_deliver(&m->cpu, &guest, &request, &delivery), RS_COMPLETED);
  assert_true(delivery.after.dr6 == (m->cpu.dr6 | DR6_BD));
  assert_true(delivery.after.dr7 == (m->cpu.dr7 & ~DR7_GD));
}

static void a_completed_instruction_ends_the_shadow_and_rf(void **state) {
  struct fake_machine *m = *state;
  m->cpu.rflags |= RFLAGS_RF;
  m->cpu.interrupt_shadow = RS_SHADOW_STI;
  assert_true(PERFORM(m, control_perform, CLTS));
  assert_false(after(m)->rflags & RFLAGS_RF);
  assert_int_equal(after(m)->interrupt_shadow, RS_SHADOW_NONE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    CLAIM(outside_ring_0_every_privileged_one_raises_gp),
    CLAIM(only_cr0_2_3_4_and_8_exist),
    CLAIM(a_load_tells_its_register_and_moves_on),
    CLAIM(outside_64_bit_mode_registers_move_32_bits),
    CLAIM(cr0_refuses_every_upper_bit),
    CLAIM(cr0_ignores_undefined_low_bits_and_keeps_et),
    CLAIM(pg_needs_pe_and_nw_needs_cd),
    CLAIM(paging_with_lme_enters_long_mode),
    CLAIM(paging_without_lme_does_not),
    CLAIM(long_mode_begins_only_with_pae),
    CLAIM(long_mode_begins_only_with_cs_l_clear),
    CLAIM(intel_begins_long_mode_only_without_a_16_bit_tss),
    CLAIM(paging_stays_on_in_64_bit_mode),
    CLAIM(clearing_pg_in_compatibility_mode_leaves_long_mode),
    CLAIM(cr3_refuses_every_bit_from_maxphyaddr_up),
    CLAIM(cr4_refuses_exactly_the_features_that_the_processor_lacks),
    CLAIM(cr4_refuses_every_upper_bit),
    CLAIM(pae_stays_on_in_long_mode),
    CLAIM(la57_does_not_change_in_long_mode),
    CLAIM(cr8_takes_four_bits),
    CLAIM(a_pdpte_with_a_reserved_bit_refuses_the_load_of_cr3),
    CLAIM(a_pdpte_that_is_not_present_may_hold_anything),
    CLAIM(cr0_and_cr4_load_the_pdptes_only_when_paging_bits_change),
    CLAIM(entering_pae_paging_loads_the_pdptes),
    CLAIM(clts_clears_ts_alone),
    CLAIM(lmsw_loads_four_bits_and_never_clears_pe),
    CLAIM(lmsw_reads_two_bytes_of_memory),
    CLAIM(smsw_fills_as_much_of_a_register_as_its_operand_size),
    CLAIM(smsw_stores_two_bytes_for_anybody_but_under_umip),
    CLAIM(smsw_to_a_kernel_page_is_the_users_page_fault),
    CLAIM(dr4_and_dr5_are_aliases_unless_de_is_set),
    CLAIM(dr8_and_above_do_not_exist),
    CLAIM(dr0_to_dr3_take_any_address),
    CLAIM(dr6_and_dr7_refuse_upper_bits_and_keep_fixed_ones),
    CLAIM(general_detect_raises_db_with_bd),
    CLAIM(delivery_of_general_detect_sets_bd_and_clears_gd),
    CLAIM(a_completed_instruction_ends_the_shadow_and_rf),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

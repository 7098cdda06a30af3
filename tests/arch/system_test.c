/* Claims about the other system instructions, the memory operands they use, CPUID, and the state at reset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/fake_machine.h"
#include "arch/model.h"
#include "arch/operand.h"
#include "arch/perform.h"
#include "arch/system.h"

enum { RAX, RCX, RDX, RBX };
#define LGDT_RBX "\x0f\x01\x13"
#define LIDT_RBX "\x0f\x01\x1b"
#define SGDT_RBX "\x0f\x01\x03"
#define SIDT_RBX "\x0f\x01\x0b"
#define INVLPG_RBX "\x0f\x01\x3b"
#define CPUID "\x0f\xa2"
#define RDTSC "\x0f\x31"
#define RDTSCP "\x0f\x01\xf9"
#define RDPMC "\x0f\x33"
#define RDPID_RAX "\xf3\x0f\xc7\xf8"
#define CLAC "\x0f\x01\xca"
#define STAC "\x0f\x01\xcb"
#define RDFSBASE_RAX "\xf3\x48\x0f\xae\xc0"
#define RDFSBASE_EAX "\xf3\x0f\xae\xc0"
#define RDGSBASE_RAX "\xf3\x48\x0f\xae\xc8"
#define WRFSBASE_RAX "\xf3\x48\x0f\xae\xd0"
#define WRFSBASE_EAX "\xf3\x0f\xae\xd0"
#define WRGSBASE_RAX "\xf3\x48\x0f\xae\xd8"

static const struct rs_cpu *after(const struct fake_machine *m) {
  return &m->transition.after;
}

/* --- Descriptor-table registers --- */

static void lgdt_and_lidt_read_ten_bytes_in_64_bit_mode(void **state) {
  struct fake_machine *m = *state;
  m->cpu.general[RBX] = FAKE_KERNEL_DATA;
  fake_poke(m->memory, &m->cpu, FAKE_KERNEL_DATA, 2, 0xabcd);
  fake_poke(m->memory, &m->cpu, FAKE_KERNEL_DATA + 2, 8, UINT64_C(0xffff800012345678));
  assert_true(PERFORM(m, system_perform, LGDT_RBX));
  assert_true(after(m)->gdtr.base == UINT64_C(0xffff800012345678) && after(m)->gdtr.limit == 0xabcd);
  assert_true(PERFORM(m, system_perform, LIDT_RBX));
  assert_true(after(m)->idtr.base == UINT64_C(0xffff800012345678) && after(m)->idtr.limit == 0xabcd);
}

/* [SDM2 "LGDT/LIDT—Load Global/Interrupt Descriptor Table Register"] */
static void a_16_bit_operand_size_loads_24_bits_of_the_base(void **state) {
  struct fake_machine *m = *state;
  fake_machine_enter(m, fake_protected_mode, RS_CPU_INTEL);
  m->cpu.general[RBX] = FAKE_KERNEL_DATA;
  fake_poke(m->memory, &m->cpu, FAKE_KERNEL_DATA, 6, UINT64_C(0x87654321abcd));
  assert_true(PERFORM(m, system_perform, LGDT_RBX));
  assert_true(after(m)->gdtr.base == 0x87654321 && after(m)->gdtr.limit == 0xabcd);
  assert_true(PERFORM(m, system_perform, "\x66\x0f\x01\x13"));
  assert_true(after(m)->gdtr.base == 0x654321);
}

static void a_table_base_must_be_canonical(void **state) {
  struct fake_machine *m = *state;
  for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    fake_machine_enter(m, fake_long_mode, (enum rs_cpu_model)model);
    m->cpu.general[RBX] = FAKE_KERNEL_DATA;
    fake_poke(m->memory, &m->cpu, FAKE_KERNEL_DATA + 2, 8, UINT64_C(0x0000800000000000));
    assert_int_equal(PERFORM(m, system_perform, LGDT_RBX), model == RS_CPU_INTEL);
    fake_poke(m->memory, &m->cpu, FAKE_KERNEL_DATA + 2, 8, UINT64_C(0x0100000000000000));
    assert_false(PERFORM(m, system_perform, LIDT_RBX));
    fake_assert_fault(m, VECTOR_GP, RS_CHECK_TABLE_BASE_CANONICAL);
  }
}

static void loads_are_ring_0s_and_that_comes_before_the_operand(void **state) {
  struct fake_machine *m = *state;
  m->cpu.general[RBX] = UINT64_C(0x8000000000000000);
  m->cpu.cpl = 3;
  assert_false(PERFORM(m, system_perform, LGDT_RBX));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_SYSTEM_CPL);
  m->cpu.cpl = 0;
  assert_false(PERFORM(m, system_perform, LGDT_RBX));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_OPERAND_CANONICAL);
}

static void stores_write_ten_bytes_or_six(void **state) {
  struct fake_machine *m = *state;
  m->cpu.general[RBX] = FAKE_KERNEL_DATA;
  assert_true(PERFORM(m, system_perform, SGDT_RBX));
  fake_commit(m->memory, &m->transition);
  assert_true(fake_peek(m->memory, &m->cpu, FAKE_KERNEL_DATA, 2) == m->cpu.gdtr.limit);
  assert_true(fake_peek(m->memory, &m->cpu, FAKE_KERNEL_DATA + 2, 8) == m->cpu.gdtr.base);
  fake_machine_enter(m, fake_protected_mode, RS_CPU_INTEL);
  m->cpu.general[RBX] = FAKE_KERNEL_DATA;
  fake_poke(m->memory, &m->cpu, FAKE_KERNEL_DATA, 8, UINT64_MAX);
  assert_true(PERFORM(m, system_perform, SIDT_RBX));
  fake_commit(m->memory, &m->transition);
  assert_true(fake_peek(m->memory, &m->cpu, FAKE_KERNEL_DATA, 8) ==
              (UINT64_C(0xffff) << 48 | m->cpu.idtr.base << 16 | m->cpu.idtr.limit));
}

static void umip_keeps_stores_from_all_rings_but_0(void **state) {
  struct fake_machine *m = *state;
  fake_enter_user(&m->cpu);
  m->cpu.general[RBX] = FAKE_USER_DATA;
  assert_true(PERFORM(m, system_perform, SIDT_RBX));
  m->cpu.cr4 |= CR4_UMIP;
  assert_false(PERFORM(m, system_perform, SGDT_RBX));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_STORE_ALLOWED_BY_UMIP);
  assert_false(PERFORM(m, system_perform, SIDT_RBX));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_STORE_ALLOWED_BY_UMIP);
}

static void a_store_that_faults_half_way_writes_nothing(void **state) {
  struct fake_machine *m = *state;
  m->cpu.general[RBX] = FAKE_KERNEL_STACK - 2; /* the limit fits, the base's page is not mapped */
  assert_false(PERFORM(m, system_perform, SGDT_RBX));
  assert_int_equal(m->transition.fault.vector, VECTOR_PF);
  assert_int_equal(m->transition.fault.error_code, PF_WRITE);
  assert_int_equal(fake_count_steps(&m->transition, RS_STEP_WRITE, RS_ITEM_OPERAND), 0);
}

/* --- Privilege of the rest --- */

static void cache_and_tlb_control_is_ring_0s(void **state) {
  struct fake_machine *m = *state;
  for (unsigned cpl = 0; cpl <= 3; cpl++) {
    m->cpu.cpl = (uint8_t)cpl;
    assert_int_equal(PERFORM(m, system_perform, INVLPG_RBX), cpl == 0);
    assert_int_equal(PERFORM(m, system_perform, "\x0f\x08"), cpl == 0); /* INVD */
    assert_int_equal(PERFORM(m, system_perform, "\x0f\x09"), cpl == 0); /* WBINVD */
    if (cpl) fake_assert_fault(m, VECTOR_GP, RS_CHECK_SYSTEM_CPL);
  }
}

static void invlpg_of_any_address_is_no_access(void **state) {
  struct fake_machine *m = *state;
  m->cpu.general[RBX] = UINT64_C(0x8000000000000000);
  assert_true(PERFORM(m, system_perform, INVLPG_RBX));
  assert_int_equal(fake_count_steps(&m->transition, RS_STEP_READ, RS_ITEM_PAGE_ENTRY), 0);
}

/* [SDM2 "STAC—Set AC Flag in EFLAGS Register"]: #UD, not #GP */
static void clac_and_stac_are_undefined_outside_ring_0(void **state) {
  struct fake_machine *m = *state;
  assert_true(PERFORM(m, system_perform, STAC));
  assert_true(after(m)->rflags == (m->cpu.rflags | RFLAGS_AC));
  m->cpu.rflags |= RFLAGS_AC;
  assert_true(PERFORM(m, system_perform, CLAC));
  assert_true(after(m)->rflags == (m->cpu.rflags & ~RFLAGS_AC));
  for (unsigned cpl = 1; cpl <= 3; cpl++) {
    m->cpu.cpl = (uint8_t)cpl;
    assert_false(PERFORM(m, system_perform, STAC));
    fake_assert_fault(m, VECTOR_UD, RS_CHECK_AC_FLAG_CPL);
  }
}

static void what_the_profiles_do_not_offer_is_undefined(void **state) {
  struct fake_machine *m = *state;
  static const struct {
    const char *bytes;
    unsigned count;
    enum rs_check check;
  } rows[] = {
    { "\x0f\xc7\xf0", 3, RS_CHECK_INSTRUCTION_OFFERED },         /* RDRAND */
    { "\x0f\xc7\xf8", 3, RS_CHECK_INSTRUCTION_OFFERED },         /* RDSEED */
    { "\x66\x0f\x38\x82\x03", 5, RS_CHECK_INSTRUCTION_OFFERED }, /* INVPCID */
    { "\x0f\x01\xc8", 3, RS_CHECK_INSTRUCTION_OFFERED },         /* MONITOR */
    { "\x0f\x01\xc9", 3, RS_CHECK_INSTRUCTION_OFFERED },         /* MWAIT */
    { "\x0f\x01\xd0", 3, RS_CHECK_OSXSAVE_SET },                 /* XGETBV */
    { "\x0f\x01\xd1", 3, RS_CHECK_OSXSAVE_SET },                 /* XSETBV */
    { "\xc5\xf8\x77", 2, RS_CHECK_OSXSAVE_SET },                 /* VZEROUPPER */
    { "\x0f\xaa", 2, RS_CHECK_IN_SYSTEM_MANAGEMENT_MODE },       /* RSM */
    { "\x0f\x0b", 2, RS_CHECK_INSTRUCTION_DEFINED },             /* UD2 */
  };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_false(fake_perform(m, system_perform, rows[i].bytes, rows[i].count));
    fake_assert_fault(m, VECTOR_UD, rows[i].check);
  }
}

/* --- Counters --- */

static void rdtsc_splits_the_counter(void **state) {
  struct fake_machine *m = *state;
  m->cpu.tsc = UINT64_C(0x1122334455667788);
  m->cpu.msr[RS_MSR_INDEX(RS_TSC_AUX)] = 0x99;
  m->cpu.general[RAX] = m->cpu.general[RDX] = m->cpu.general[RCX] = UINT64_MAX;
  assert_true(PERFORM(m, system_perform, RDTSC));
  assert_true(after(m)->general[RAX] == 0x55667788 && after(m)->general[RDX] == 0x11223344);
  assert_true(after(m)->general[RCX] == UINT64_MAX);
  assert_true(PERFORM(m, system_perform, RDTSCP));
  assert_true(after(m)->general[RCX] == 0x99);
  assert_true(PERFORM(m, system_perform, RDPID_RAX));
  assert_true(after(m)->general[RAX] == 0x99);
}

static void tsd_keeps_the_counter_from_all_rings_but_0(void **state) {
  struct fake_machine *m = *state;
  for (unsigned tsd = 0; tsd <= 1; tsd++)
    for (unsigned cpl = 0; cpl <= 3; cpl++) {
      m->cpu.cpl = (uint8_t)cpl;
      m->cpu.cr4 = CR4_PAE | (tsd ? CR4_TSD : 0);
      assert_int_equal(PERFORM(m, system_perform, RDTSC), !tsd || cpl == 0);
      if (tsd && cpl) fake_assert_fault(m, VECTOR_GP, RS_CHECK_TSC_ALLOWED);
    }
}

static void no_performance_counter_exists(void **state) {
  struct fake_machine *m = *state;
  assert_false(PERFORM(m, system_perform, RDPMC));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_COUNTER_EXISTS);
  m->cpu.cpl = 3;
  assert_false(PERFORM(m, system_perform, RDPMC));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_COUNTERS_ALLOWED);
}

/* --- Bases of FS and GS --- */

static void base_instructions_need_64_bit_mode_and_fsgsbase(void **state) {
  struct fake_machine *m = *state;
  assert_false(PERFORM(m, system_perform, RDFSBASE_RAX));
  fake_assert_fault(m, VECTOR_UD, RS_CHECK_BASE_ACCESS_ENABLED);
  assert_false(PERFORM(m, system_perform, WRGSBASE_RAX));
  fake_assert_fault(m, VECTOR_UD, RS_CHECK_BASE_ACCESS_ENABLED);
}

static void base_instructions_serve_every_ring(void **state) {
  struct fake_machine *m = *state;
  fake_enter_user(&m->cpu);
  m->cpu.cr4 |= CR4_FSGSBASE;
  m->cpu.general[RAX] = UINT64_C(0x00007f1234567000);
  assert_true(PERFORM(m, system_perform, WRFSBASE_RAX));
  assert_true(after(m)->segment[RS_SEGMENT_INDEX(RS_FS)].base == UINT64_C(0x00007f1234567000));
  assert_true(PERFORM(m, system_perform, WRFSBASE_EAX));
  assert_true(after(m)->segment[RS_SEGMENT_INDEX(RS_FS)].base == 0x34567000);
  m->cpu.segment[RS_SEGMENT_INDEX(RS_FS)].base = UINT64_C(0xffff800000000123);
  m->cpu.segment[RS_SEGMENT_INDEX(RS_GS)].base = 0x77;
  assert_true(PERFORM(m, system_perform, RDFSBASE_RAX));
  assert_true(after(m)->general[RAX] == UINT64_C(0xffff800000000123));
  assert_true(PERFORM(m, system_perform, RDFSBASE_EAX));
  assert_true(after(m)->general[RAX] == 0x123);
  assert_true(PERFORM(m, system_perform, RDGSBASE_RAX));
  assert_true(after(m)->general[RAX] == 0x77);
}

static void a_base_that_is_not_canonical_raises_gp(void **state) {
  struct fake_machine *m = *state;
  m->cpu.cr4 |= CR4_FSGSBASE;
  m->cpu.general[RAX] = UINT64_C(0x8000000000000000);
  assert_false(PERFORM(m, system_perform, WRGSBASE_RAX));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_BASE_CANONICAL);
  assert_true(PERFORM(m, system_perform, WRFSBASE_EAX)); /* its low half is 0 */
}

/* --- CPUID --- */

static struct cpuid_result ask(struct fake_machine *m, uint32_t leaf, uint32_t subleaf) {
  m->cpu.general[RAX] = UINT64_C(0xdead000000000000) | leaf;
  m->cpu.general[RCX] = UINT64_C(0xdead000000000000) | subleaf;
  assert_true(PERFORM(m, system_perform, CPUID));
  const uint64_t *general = after(m)->general;
  return (struct cpuid_result){ (uint32_t)general[RAX], (uint32_t)general[RBX], (uint32_t)general[RCX],
                                (uint32_t)general[RDX] };
}

static void each_vendor_signs_with_its_name(void **state) {
  struct fake_machine *m = *state;
  static const char *const names[] = { [RS_CPU_INTEL] = "GenuineIntel", [RS_CPU_AMD] = "AuthenticAMD" };
  for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    char name[13] = { 0 };
    fake_machine_enter(m, fake_long_mode, (enum rs_cpu_model)model);
    struct cpuid_result r = ask(m, 0, 0);
    memcpy(name, &r.ebx, 4);
    memcpy(name + 4, &r.edx, 4);
    memcpy(name + 8, &r.ecx, 4);
    assert_string_equal(name, names[model]);
    assert_int_equal(r.eax, 7);
  }
}

static void the_brand_is_ringside_and_names_the_profile(void **state) {
  struct fake_machine *m = *state;
  static const char *const brands[] = { [RS_CPU_INTEL] = "Ringside virtual processor, Intel profile",
                                        [RS_CPU_AMD] = "Ringside virtual processor, AMD profile" };
  for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    char brand[49] = { 0 };
    fake_machine_enter(m, fake_long_mode, (enum rs_cpu_model)model);
    for (uint32_t i = 0; i < 3; i++) {
      struct cpuid_result r = ask(m, 0x80000002 + i, 0);
      memcpy(brand + 16 * i, &r, 16);
    }
    assert_string_equal(brand, brands[model]);
  }
}

/* [APM3 "Obtaining Processor Information Via the CPUID Instruction"]: bits 0 to 9, 12 to 17, 23 and 24. */
static void amd_repeats_features_of_leaf_1_and_intel_does_not(void **state) {
  struct fake_machine *m = *state;
  const uint32_t repeated = 0x0183f3ff;
  for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++)
    for (unsigned apic = 0; apic < 2; apic++) {
      fake_machine_enter(m, fake_long_mode, (enum rs_cpu_model)model);
      m->cpu.msr[RS_MSR_INDEX(RS_APIC_BASE)] = apic ? APIC_BASE_ENABLED : 0;
      uint32_t leaf_1 = ask(m, 1, 0).edx, extended = ask(m, 0x80000001, 0).edx;
      assert_int_equal(leaf_1 >> 9 & 1, apic);
      assert_int_equal(extended & repeated, model == RS_CPU_AMD ? leaf_1 & repeated : 0);
    }
}

/* A feature is told exactly where the control bit that belongs to it can be set. */
static void features_agree_with_the_bits_of_cr4(void **state) {
  struct fake_machine *m = *state;
  for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    fake_machine_enter(m, fake_long_mode, (enum rs_cpu_model)model);
    uint64_t cr4 = model_cr4_bits((enum rs_cpu_model)model);
    struct cpuid_result one = ask(m, 1, 0), seven = ask(m, 7, 0), extended = ask(m, 0x80000008, 0);
    const struct {
      bool told;
      uint64_t bit;
    } rows[] = {
      { one.edx >> 1 & 1, CR4_VME },    { one.edx >> 2 & 1, CR4_DE },       { one.edx >> 3 & 1, CR4_PSE },
      { one.edx >> 4 & 1, CR4_TSD },    { one.edx >> 6 & 1, CR4_PAE },      { one.edx >> 7 & 1, CR4_MCE },
      { one.edx >> 13 & 1, CR4_PGE },   { one.edx >> 24 & 1, CR4_OSFXSR },  { one.ecx >> 5 & 1, CR4_VMXE },
      { one.ecx >> 17 & 1, CR4_PCIDE }, { one.ecx >> 26 & 1, CR4_OSXSAVE }, { seven.ebx & 1, CR4_FSGSBASE },
      { seven.ebx >> 7 & 1, CR4_SMEP }, { seven.ebx >> 20 & 1, CR4_SMAP },  { seven.ecx >> 2 & 1, CR4_UMIP },
      { seven.ecx >> 3 & 1, CR4_PKE },  { seven.ecx >> 7 & 1, CR4_CET },    { seven.ecx >> 16 & 1, CR4_LA57 },
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
      assert_int_equal(rows[i].told, (cr4 & rows[i].bit) != 0);
    assert_int_equal(extended.eax & 0xff, MODEL_PHYSICAL_BITS);
    assert_int_equal(extended.eax >> 8 & 0xff, cr4 & CR4_LA57 ? 57 : 48);
  }
}

/* [SDM2 "CPUID—CPU Identification"]: Intel tells of SYSCALL in 64-bit mode alone; AMD has it everywhere */
static void syscall_is_told_where_it_exists(void **state) {
  struct fake_machine *m = *state;
  for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    fake_machine_enter(m, fake_long_mode, (enum rs_cpu_model)model);
    assert_true(ask(m, 0x80000001, 0).edx >> 11 & 1);
    fake_enter_compatibility(&m->cpu);
    assert_int_equal(ask(m, 0x80000001, 0).edx >> 11 & 1, model == RS_CPU_AMD);
    fake_machine_enter(m, fake_protected_mode, (enum rs_cpu_model)model);
    assert_int_equal(ask(m, 0x80000001, 0).edx >> 11 & 1, model == RS_CPU_AMD);
  }
}

/* [APM3 "Obtaining Processor Information Via the CPUID Instruction"]: TCE is told, LMSLE is denied. */
static void cpuid_tells_which_bits_of_efer_amd_has(void **state) {
  struct fake_machine *m = *state;
  for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    bool amd = model == RS_CPU_AMD;
    fake_machine_enter(m, fake_long_mode, (enum rs_cpu_model)model);
    assert_int_equal(ask(m, 0x80000001, 0).ecx >> 17 & 1, amd);
    assert_int_equal(ask(m, 0x80000008, 0).ebx >> 20 & 1, amd);
  }
}

static void past_the_highest_leaf_intel_repeats_it_and_amd_tells_nothing(void **state) {
  struct fake_machine *m = *state;
  struct cpuid_result seven = ask(m, 7, 0);
  static const uint32_t leaves[] = { 8, 0x40000000, 0x7fffffff, 0x80000009, 0xffffffff };
  for (unsigned i = 0; i < sizeof leaves / sizeof *leaves; i++) {
    struct cpuid_result r = ask(m, leaves[i], 0);
    assert_memory_equal(&r, &seven, sizeof r);
  }
  fake_machine_enter(m, fake_long_mode, RS_CPU_AMD);
  for (unsigned i = 0; i < sizeof leaves / sizeof *leaves; i++) {
    struct cpuid_result r = ask(m, leaves[i], 0), nothing = { 0, 0, 0, 0 };
    assert_memory_equal(&r, &nothing, sizeof r);
  }
}

static void leaf_7_has_one_subleaf(void **state) {
  struct fake_machine *m = *state;
  struct cpuid_result r = ask(m, 7, 1), nothing = { 0, 0, 0, 0 };
  assert_memory_equal(&r, &nothing, sizeof r);
}

/* --- Memory operands --- */

struct operand_case {
  uint32_t attributes, limit;
  uint64_t offset;
  unsigned size;
  enum access_kind kind;
  bool allowed;
  enum rs_check check; /* that refuses */
};

#define DATA (SEGMENT_P | SEGMENT_S)
#define CODE (SEGMENT_P | SEGMENT_S | SEGMENT_CODE)
#define UP (DATA | SEGMENT_WRITABLE)
#define DOWN (UP | SEGMENT_EXPAND_DOWN)
#define LIMIT RS_CHECK_OPERAND_WITHIN_LIMIT

/* [SDM3 "Limit Checking"], [SDM3 "Type Checking"] */
static const struct operand_case operand_cases[] = {
  { UP, 0xfff, 0xffc, 4, ACCESS_READ, true, LIMIT },
  { UP, 0xfff, 0xffd, 4, ACCESS_READ, false, LIMIT },
  { UP, 0xfff, 0xfff, 1, ACCESS_WRITE, true, LIMIT },
  { UP, 0xfff, 0x1000, 1, ACCESS_WRITE, false, LIMIT },
  { UP, 0xffffffff, 0xffffffff, 1, ACCESS_READ, true, LIMIT },
  { UP, 0xffffffff, 0xffffffff, 2, ACCESS_READ, false, LIMIT },
  { DOWN, 0xfff, 0xfff, 1, ACCESS_READ, false, LIMIT },
  { DOWN, 0xfff, 0x1000, 1, ACCESS_READ, true, LIMIT },
  { DOWN, 0xfff, 0xfffe, 2, ACCESS_READ, true, LIMIT },
  { DOWN, 0xfff, 0xffff, 2, ACCESS_READ, false, LIMIT },
  { DOWN | SEGMENT_DB, 0xfff, 0xffff, 2, ACCESS_READ, true, LIMIT },
  { DOWN | SEGMENT_DB, 0xfff, 0xffffffff, 1, ACCESS_READ, true, LIMIT },
  { DATA, 0xfff, 0, 4, ACCESS_READ, true, LIMIT },
  { DATA, 0xfff, 0, 4, ACCESS_WRITE, false, RS_CHECK_OPERAND_WRITABLE },
  { CODE, 0xfff, 0, 4, ACCESS_READ, false, RS_CHECK_OPERAND_READABLE },
  { CODE | SEGMENT_READABLE, 0xfff, 0, 4, ACCESS_READ, true, LIMIT },
  { CODE | SEGMENT_READABLE, 0xfff, 0, 4, ACCESS_WRITE, false, RS_CHECK_OPERAND_WRITABLE },
  { CODE | SEGMENT_READABLE | SEGMENT_CONFORMING, 0xfff, 0xffc, 4, ACCESS_READ, true, LIMIT },
  { SEGMENT_UNUSABLE, 0, 0, 1, ACCESS_READ, false, RS_CHECK_OPERAND_SEGMENT_USABLE },
};

static void claim_operand(struct fake_machine *m, const struct operand_case *row, enum rs_register reg) {
  struct guest_memory guest = fake_memory_guest(m->memory);
  struct builder b;
  uint64_t linear = 0;
  struct rs_segment *segment = &m->cpu.segment[RS_SEGMENT_INDEX(reg)];
  *segment = (struct rs_segment){ 8, row->attributes, row->limit, UINT64_C(0xfffff000) };
  builder_start(&b, &m->cpu, &guest, &m->transition);
  bool allowed = segment_linear(&b, RS_SEGMENT_INDEX(reg), row->offset, row->size, row->kind, &linear);
  assert_int_equal(allowed, row->allowed);
  if (allowed)
    assert_true(linear == (uint32_t)(UINT64_C(0xfffff000) + row->offset)); /* wraps at 4 GiB */
  else
    fake_assert_fault(m, reg == RS_SS ? VECTOR_SS : VECTOR_GP, row->check);
}

static void segments_limit_what_operands_reach(void **state) {
  struct fake_machine *m = *state;
  fake_machine_enter(m, fake_protected_mode, RS_CPU_INTEL);
  for (unsigned i = 0; i < sizeof operand_cases / sizeof *operand_cases; i++) {
    claim_operand(m, &operand_cases[i], RS_DS);
    claim_operand(m, &operand_cases[i], RS_SS);
  }
}

static void real_mode_checks_limits_and_not_types(void **state) {
  struct fake_machine *m = *state;
  static const struct operand_case rows[] = {
    { CODE, 0xffff, 0xfffc, 4, ACCESS_WRITE, true, LIMIT },
    { UP, 0xffff, 0xfffd, 4, ACCESS_WRITE, false, LIMIT },
  };
  fake_machine_enter(m, fake_protected_mode, RS_CPU_INTEL);
  m->cpu.cr0 &= ~(CR0_PG | CR0_PE);
  claim_operand(m, &rows[0], RS_ES);
  claim_operand(m, &rows[1], RS_ES);
}

static void in_64_bit_mode_only_fs_and_gs_have_bases(void **state) {
  struct fake_machine *m = *state;
  struct guest_memory guest = fake_memory_guest(m->memory);
  struct builder b;
  for (unsigned i = 0; i < RS_SEGMENT_COUNT; i++) {
    uint64_t linear;
    m->cpu.segment[i].base = 0x1000;
    m->cpu.segment[i].attributes |= SEGMENT_UNUSABLE; /* and a null selector may be used */
    builder_start(&b, &m->cpu, &guest, &m->transition);
    assert_true(segment_linear(&b, i, 0x234, 8, ACCESS_WRITE, &linear));
    assert_true(linear == (i >= RS_SEGMENT_INDEX(RS_FS) ? 0x1234 : 0x234));
  }
}

static void the_last_byte_must_be_canonical_too(void **state) {
  struct fake_machine *m = *state;
  struct guest_memory guest = fake_memory_guest(m->memory);
  struct builder b;
  uint64_t linear;
  builder_start(&b, &m->cpu, &guest, &m->transition);
  assert_true(segment_linear(&b, RS_SEGMENT_INDEX(RS_DS), UINT64_C(0x7ffffffffff8), 8, ACCESS_READ, &linear));
  assert_false(
      segment_linear(&b, RS_SEGMENT_INDEX(RS_DS), UINT64_C(0x7ffffffffff9), 8, ACCESS_READ, &linear));
  fake_assert_fault(m, VECTOR_GP, RS_CHECK_OPERAND_CANONICAL);
  builder_start(&b, &m->cpu, &guest, &m->transition);
  assert_false(
      segment_linear(&b, RS_SEGMENT_INDEX(RS_SS), UINT64_C(0x800000000000), 8, ACCESS_READ, &linear));
  fake_assert_fault(m, VECTOR_SS, RS_CHECK_OPERAND_CANONICAL);
}

/* [SDM3 "Processor State After Reset"] */
static void reset_leaves_the_first_instruction_16_bytes_below_4_gib(void **state) {
  struct rs_cpu cpu;
  (void)state;
  for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    cpu_at_reset(&cpu, (enum rs_cpu_model)model);
    assert_true(cpu.segment[RS_SEGMENT_INDEX(RS_CS)].base + cpu.rip == UINT64_C(0xfffffff0));
    assert_int_equal(cpu.segment[RS_SEGMENT_INDEX(RS_CS)].selector, 0xf000);
    assert_true(cpu.cr0 == 0x60000010 && cpu.rflags == 2 && cpu.cpl == 0);
    assert_true(cpu.dr6 == 0xffff0ff0 && cpu.dr7 == 0x400);
    assert_true(cpu.idtr.base == 0 && cpu.idtr.limit == 0xffff);
    assert_true(fake_msr(&cpu, RS_PAT) == UINT64_C(0x0007040600070406));
    assert_true(fake_msr(&cpu, RS_EFER) == 0);
    assert_true(cpu.general[RDX] == model_cpuid(&cpu, 1, 0).eax && cpu.general[RAX] == 0);
  }
}

/* [SDM4 "Model-Specific Registers (MSRs)"]: IA32_MISC_ENABLE is Intel's. */
static void each_vendor_begins_with_its_signature_and_its_own_msrs(void **state) {
  struct rs_cpu cpu;
  (void)state;
  for (unsigned model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    bool amd = model == RS_CPU_AMD;
    cpu_at_reset(&cpu, (enum rs_cpu_model)model);
    assert_int_equal(cpu.general[RDX], amd ? 0x00830f10 : 0x000606a6);
    assert_int_equal(fake_msr(&cpu, RS_MISC_ENABLE), amd ? 0 : 0x1801);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    CLAIM(lgdt_and_lidt_read_ten_bytes_in_64_bit_mode),
    CLAIM(a_16_bit_operand_size_loads_24_bits_of_the_base),
    CLAIM(a_table_base_must_be_canonical),
    CLAIM(loads_are_ring_0s_and_that_comes_before_the_operand),
    CLAIM(stores_write_ten_bytes_or_six),
    CLAIM(umip_keeps_stores_from_all_rings_but_0),
    CLAIM(a_store_that_faults_half_way_writes_nothing),
    CLAIM(cache_and_tlb_control_is_ring_0s),
    CLAIM(invlpg_of_any_address_is_no_access),
    CLAIM(clac_and_stac_are_undefined_outside_ring_0),
    CLAIM(what_the_profiles_do_not_offer_is_undefined),
    CLAIM(rdtsc_splits_the_counter),
    CLAIM(tsd_keeps_the_counter_from_all_rings_but_0),
    CLAIM(no_performance_counter_exists),
    CLAIM(base_instructions_need_64_bit_mode_and_fsgsbase),
    CLAIM(base_instructions_serve_every_ring),
    CLAIM(a_base_that_is_not_canonical_raises_gp),
    CLAIM(each_vendor_signs_with_its_name),
    CLAIM(the_brand_is_ringside_and_names_the_profile),
    CLAIM(amd_repeats_features_of_leaf_1_and_intel_does_not),
    CLAIM(features_agree_with_the_bits_of_cr4),
    CLAIM(syscall_is_told_where_it_exists),
    CLAIM(cpuid_tells_which_bits_of_efer_amd_has),
    CLAIM(past_the_highest_leaf_intel_repeats_it_and_amd_tells_nothing),
    CLAIM(leaf_7_has_one_subleaf),
    CLAIM(segments_limit_what_operands_reach),
    CLAIM(real_mode_checks_limits_and_not_types),
    CLAIM(in_64_bit_mode_only_fs_and_gs_have_bases),
    CLAIM(the_last_byte_must_be_canonical_too),
    CLAIM(reset_leaves_the_first_instruction_16_bytes_below_4_gib),
    CLAIM(each_vendor_begins_with_its_signature_and_its_own_msrs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Claims about SYSCALL, SYSRET, SYSENTER, SYSEXIT and SWAPGS on both vendors' processors. */
#include "arch/fast_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "arch/flow.h"

#define SYSCALL "\x0f\x05"
#define SYSRET "\x0f\x07"
#define SYSRETQ "\x48\x0f\x07"
#define SYSENTER "\x0f\x34"
#define SYSEXIT "\x0f\x35"
#define SYSEXITQ "\x48\x0f\x35"
#define SWAPGS "\x0f\x01\xf8"

#define NON_CANONICAL UINT64_C(0x0000800000000000)

/* STAR: SYSRET base 0x18, SYSCALL base 8, legacy EIP. */
enum { LEGACY_ENTRY = 0xc0008100 };
#define STAR_VALUE (UINT64_C(0x0018000800000000) | LEGACY_ENTRY)
#define LONG_ENTRY UINT64_C(0xffffffff81000000)
#define COMPATIBILITY_ENTRY UINT64_C(0xffffffff82000000)
#define SYSENTER_STACK UINT64_C(0xffff888000001000)

#define MSR(cpu, reg) ((cpu)->msr[RS_MSR_INDEX(RS_##reg)])
#define GENERAL(f, reg) ((f)->cpu.general[RS_##reg - RS_RAX])

static struct flow *entered(void **state, enum flow_mode mode, enum rs_cpu_model model) {
  struct flow *f = *state;
  flow_enter(f, mode, model);
  MSR(&f->cpu, STAR) = STAR_VALUE;
  MSR(&f->cpu, LSTAR) = LONG_ENTRY;
  MSR(&f->cpu, CSTAR) = COMPATIBILITY_ENTRY;
  MSR(&f->cpu, FMASK) = RFLAGS_IF | RFLAGS_TF | RFLAGS_DF | RFLAGS_AC;
  MSR(&f->cpu, SYSENTER_CS) = FAKE_KERNEL_CS;
  MSR(&f->cpu, SYSENTER_ESP) = mode == FLOW_LONG ? SYSENTER_STACK : FAKE_KERNEL_STACK;
  MSR(&f->cpu, SYSENTER_EIP) = mode == FLOW_LONG ? LONG_ENTRY : FAKE_KERNEL_CODE;
  MSR(&f->cpu, EFER) |= EFER_SCE;
  return f;
}

static struct flow *user(void **state, enum flow_mode mode, enum rs_cpu_model model) {
  struct flow *f = entered(state, mode, model);
  fake_enter_user(&f->cpu);
  return f;
}

static void assert_code(const struct flow *f, uint16_t selector, unsigned ring, bool wide) {
  flow_assert_segment(SEGMENT_AFTER(f, CS), selector,
                      0x809bU | ring << SEGMENT_DPL_SHIFT | (wide ? SEGMENT_L : SEGMENT_DB), UINT32_MAX, 0);
}

static void assert_stack(const struct flow *f, uint16_t selector, unsigned ring) {
  flow_assert_segment(SEGMENT_AFTER(f, SS), selector, 0xc093U | ring << SEGMENT_DPL_SHIFT, UINT32_MAX, 0);
}

/* --- SYSCALL --- */

static void syscall_saves_rip_and_rflags_in_registers_and_keeps_the_stack(void **state) {
  for (int model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    struct flow *f = user(state, FLOW_LONG, (enum rs_cpu_model)model);
    f->cpu.rflags |= RFLAGS_CF | RFLAGS_DF | RFLAGS_AC | RFLAGS_RF | RFLAGS_NT | RFLAGS_ID;
    assert_int_equal(FLOW_PERFORM(f, SYSCALL), RS_COMPLETED);
    assert_int_equal(f->out.cause.mechanism, RS_MECHANISM_SYSCALL);
    assert_int_equal(AFTER(f, RCX), FAKE_USER_CODE + 2);
    assert_int_equal(AFTER(f, R11), f->cpu.rflags & ~RFLAGS_RF);
    assert_int_equal(AFTER(f, RSP), FAKE_USER_STACK);
    assert_int_equal(f->out.after.rip, LONG_ENTRY);
    assert_int_equal(f->out.after.rflags, RFLAGS_FIXED | RFLAGS_CF | RFLAGS_NT | RFLAGS_ID);
    assert_int_equal(f->out.after.cpl, 0);
    assert_code(f, 8, 0, true);
    assert_stack(f, 16, 0);
    assert_int_equal(fake_count_steps(&f->out, RS_STEP_READ, RS_ITEM_GDT_DESCRIPTOR), 0);
  }
}

static void syscall_takes_its_segments_from_star_whatever_the_gdt_holds(void **state) {
  struct flow *f = user(state, FLOW_LONG, RS_CPU_INTEL);
  MSR(&f->cpu, STAR) = UINT64_C(0x0018abcf00000000);
  f->cpu.gdtr.limit = 0;
  assert_int_equal(FLOW_PERFORM(f, SYSCALL), RS_COMPLETED);
  assert_code(f, 0xabcc, 0, true);
  assert_stack(f, 0xabcf + 8, 0);
}

static void fmask_clears_any_flag_but_bit_1(void **state) {
  struct flow *f = user(state, FLOW_LONG, RS_CPU_INTEL);
  f->cpu.rflags = RFLAGS_DEFINED & ~RFLAGS_VM;
  MSR(&f->cpu, FMASK) = UINT32_MAX;
  assert_int_equal(FLOW_PERFORM(f, SYSCALL), RS_COMPLETED);
  assert_int_equal(f->out.after.rflags, RFLAGS_FIXED);
  MSR(&f->cpu, FMASK) = 0;
  assert_int_equal(FLOW_PERFORM(f, SYSCALL), RS_COMPLETED);
  assert_int_equal(f->out.after.rflags, RFLAGS_DEFINED & ~(RFLAGS_VM | RFLAGS_RF));
}

static void without_sce_syscall_and_sysret_are_undefined(void **state) {
  for (int model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++)
    for (int mode = FLOW_PROTECTED; mode <= FLOW_LONG; mode++) {
      struct flow *f = entered(state, (enum flow_mode)mode, (enum rs_cpu_model)model);
      MSR(&f->cpu, EFER) &= ~EFER_SCE;
      FLOW_PERFORM(f, SYSCALL);
      flow_refused_plain(f, VECTOR_UD, RS_CHECK_SYSCALL_ENABLED);
      FLOW_PERFORM(f, SYSRET);
      flow_refused_plain(f, VECTOR_UD, RS_CHECK_SYSCALL_ENABLED);
    }
}

static void intel_knows_syscall_and_sysret_in_64_bit_mode_alone(void **state) {
  for (unsigned ring = 0; ring < 4; ring += 3) {
    struct flow *f =
        ring ? user(state, FLOW_PROTECTED, RS_CPU_INTEL) : entered(state, FLOW_PROTECTED, RS_CPU_INTEL);
    FLOW_PERFORM(f, SYSCALL);
    flow_refused_plain(f, VECTOR_UD, RS_CHECK_SYSCALL_64_BIT);
    FLOW_PERFORM(f, SYSRET);
    flow_refused_plain(f, VECTOR_UD, RS_CHECK_SYSCALL_64_BIT);
  }
  struct flow *f = entered(state, FLOW_LONG, RS_CPU_INTEL);
  fake_enter_compatibility(&f->cpu);
  FLOW_PERFORM(f, SYSCALL);
  flow_refused_plain(f, VECTOR_UD, RS_CHECK_SYSCALL_64_BIT);
}

/* [APM3 "SYSCALL"] */
static void amd_enters_at_cstar_from_compatibility_mode(void **state) {
  struct flow *f = entered(state, FLOW_LONG, RS_CPU_AMD);
  fake_enter_compatibility(&f->cpu);
  assert_int_equal(FLOW_PERFORM(f, SYSCALL), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, COMPATIBILITY_ENTRY);
  assert_int_equal(AFTER(f, RCX), FAKE_USER_CODE + 2);
  assert_int_equal(AFTER(f, R11), f->cpu.rflags);
  assert_code(f, 8, 0, true);
}

/* [APM3 "SYSCALL"]: no R11, no mask; IF and RF are cleared and EIP comes from STAR. */
static void amd_enters_at_star_in_legacy_mode(void **state) {
  struct flow *f = user(state, FLOW_PROTECTED, RS_CPU_AMD);
  f->cpu.rflags |= RFLAGS_TF | RFLAGS_AC | RFLAGS_RF;
  assert_int_equal(FLOW_PERFORM(f, SYSCALL), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, LEGACY_ENTRY);
  assert_int_equal(AFTER(f, RCX), FAKE_USER_CODE + 2);
  assert_int_equal(AFTER(f, R11), 0);
  assert_int_equal(AFTER(f, RSP), FAKE_USER_STACK);
  assert_int_equal(f->out.after.rflags, RFLAGS_FIXED | RFLAGS_TF | RFLAGS_AC);
  assert_int_equal(f->out.after.cpl, 0);
  assert_code(f, 8, 0, false);
  assert_stack(f, 16, 0);
}

/* --- SYSRET --- */

static struct flow *returning(void **state, enum rs_cpu_model model, uint64_t rcx) {
  struct flow *f = entered(state, FLOW_LONG, model);
  GENERAL(f, RCX) = rcx;
  GENERAL(f, R11) = RFLAGS_FIXED | RFLAGS_IF;
  return f;
}

static void sysretq_returns_to_64_bit_code_and_sysret_to_32_bit_code(void **state) {
  struct flow *f = returning(state, RS_CPU_INTEL, UINT64_C(0x7fff12345678));
  assert_int_equal(FLOW_PERFORM(f, SYSRETQ), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, UINT64_C(0x7fff12345678));
  assert_int_equal(f->out.after.cpl, 3);
  assert_int_equal(AFTER(f, RSP), FAKE_KERNEL_STACK);
  assert_code(f, FAKE_USER_CS64, 3, true);
  assert_stack(f, FAKE_USER_SS, 3);
  assert_int_equal(FLOW_PERFORM(f, SYSRET), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, 0x12345678);
  assert_code(f, FAKE_USER_CS32, 3, false);
  assert_stack(f, FAKE_USER_SS, 3);
}

/* [APM3 "SYSRET"]: "SS selector is changed, SS base, limit, attributes unchanged". */
static void amd_changes_the_selector_of_ss_alone(void **state) {
  struct flow *f = returning(state, RS_CPU_AMD, 0x1000);
  MSR(&f->cpu, STAR) = UINT64_C(0x001b000800000000);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_SS)] = segment_null(0, 0);
  assert_int_equal(FLOW_PERFORM(f, SYSRET), RS_COMPLETED);
  flow_assert_segment(SEGMENT_AFTER(f, SS), 0x23, SEGMENT_UNUSABLE, 0, 0);
  assert_code(f, 0x1b, 3, false);
}

static void sysret_takes_all_flags_of_r11_but_rf_and_vm(void **state) {
  for (int model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    struct flow *f = returning(state, (enum rs_cpu_model)model, 0x1000);
    GENERAL(f, R11) = UINT64_MAX;
    assert_int_equal(FLOW_PERFORM(f, SYSRETQ), RS_COMPLETED);
    assert_int_equal(f->out.after.rflags, 0x3c7fd7);
    GENERAL(f, R11) = 0;
    assert_int_equal(FLOW_PERFORM(f, SYSRETQ), RS_COMPLETED);
    assert_int_equal(f->out.after.rflags, RFLAGS_FIXED);
  }
}

static void sysret_to_a_non_canonical_address_is_refused_by_intel_and_completes_on_amd(void **state) {
  static const uint64_t targets[] = { NON_CANONICAL, UINT64_C(0xffff7fffffffffff) };
  for (unsigned i = 0; i < 2; i++) {
    struct flow *f = returning(state, RS_CPU_INTEL, targets[i]);
    FLOW_PERFORM(f, SYSRETQ);
    flow_refused(f, VECTOR_GP, 0, RS_CHECK_SYSRET_CANONICAL);
    assert_int_equal(f->out.after.cpl, 0);
    assert_int_equal(FLOW_PERFORM(f, SYSRET), RS_COMPLETED);
    f = returning(state, RS_CPU_AMD, targets[i]);
    assert_int_equal(FLOW_PERFORM(f, SYSRETQ), RS_COMPLETED);
    assert_int_equal(f->out.after.rip, targets[i]);
    assert_int_equal(f->out.after.cpl, 3);
  }
}

static void sysret_outside_ring_0_raises_gp_0(void **state) {
  for (int model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++)
    for (unsigned cpl = 1; cpl < 4; cpl++) {
      struct flow *f = returning(state, (enum rs_cpu_model)model, 0x1000);
      flow_set_ring(f, cpl);
      FLOW_PERFORM(f, SYSRETQ);
      flow_refused(f, VECTOR_GP, 0, RS_CHECK_SYSRET_CPL);
    }
}

/* [APM3 "SYSRET"], legacy mode: flags are not restored but for IF. */
static void amd_returns_in_legacy_mode_with_if_set(void **state) {
  struct flow *f = entered(state, FLOW_PROTECTED, RS_CPU_AMD);
  GENERAL(f, RCX) = FAKE_USER_CODE;
  GENERAL(f, R11) = UINT64_MAX;
  f->cpu.rflags = RFLAGS_FIXED | RFLAGS_ZF;
  assert_int_equal(FLOW_PERFORM(f, SYSRET), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, FAKE_USER_CODE);
  assert_int_equal(f->out.after.rflags, RFLAGS_FIXED | RFLAGS_ZF | RFLAGS_IF);
  assert_int_equal(f->out.after.cpl, 3);
  assert_code(f, FAKE_USER_CS32, 3, false);
  f->cpu.cr0 &= ~(CR0_PE | CR0_PG);
  FLOW_PERFORM(f, SYSRET);
  flow_refused_plain(f, VECTOR_GP, RS_CHECK_SYSRET_PROTECTED_MODE);
}

static void sysret_undoes_what_syscall_did(void **state) {
  struct flow *f = user(state, FLOW_LONG, RS_CPU_INTEL);
  struct rs_cpu before = f->cpu;
  assert_int_equal(FLOW_PERFORM(f, SYSCALL), RS_COMPLETED);
  flow_commit(f);
  assert_int_equal(FLOW_PERFORM(f, SYSRETQ), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, before.rip + 2);
  assert_int_equal(f->out.after.rflags, before.rflags);
  flow_assert_flat(f, SEGMENT_AFTER(f, CS), FAKE_USER_CS64);
  flow_assert_flat(f, SEGMENT_AFTER(f, SS), FAKE_USER_SS);
}

/* --- SYSENTER --- */

static void sysenter_takes_everything_from_its_msrs(void **state) {
  for (int model = RS_CPU_INTEL; model <= RS_CPU_AMD; model++) {
    struct flow *f = user(state, FLOW_PROTECTED, (enum rs_cpu_model)model);
    f->cpu.rflags |= RFLAGS_DF | RFLAGS_TF | RFLAGS_RF;
    MSR(&f->cpu, SYSENTER_CS) = FAKE_KERNEL_CS | 3;
    assert_int_equal(FLOW_PERFORM(f, SYSENTER), RS_COMPLETED);
    assert_int_equal(f->out.after.rip, FAKE_KERNEL_CODE);
    assert_int_equal(AFTER(f, RSP), FAKE_KERNEL_STACK);
    assert_int_equal(f->out.after.rflags, RFLAGS_FIXED | RFLAGS_DF | RFLAGS_TF);
    assert_int_equal(f->out.after.cpl, 0);
    assert_code(f, 8, 0, false);
    assert_stack(f, 16, 0);
    assert_int_equal(AFTER(f, RCX), GENERAL(f, RCX));
    assert_int_equal(AFTER(f, RDX), GENERAL(f, RDX));
  }
}

static void sysenter_in_ia_32e_mode_enters_64_bit_code(void **state) {
  for (unsigned compatibility = 0; compatibility < 2; compatibility++) {
    struct flow *f = user(state, FLOW_LONG, RS_CPU_INTEL);
    if (compatibility) fake_enter_compatibility(&f->cpu);
    assert_int_equal(FLOW_PERFORM(f, SYSENTER), RS_COMPLETED);
    assert_int_equal(f->out.after.rip, LONG_ENTRY);
    assert_int_equal(AFTER(f, RSP), SYSENTER_STACK);
    assert_code(f, 8, 0, true);
    assert_stack(f, 16, 0);
  }
}

static void amd_has_no_sysenter_and_sysexit_in_long_mode(void **state) {
  for (unsigned compatibility = 0; compatibility < 2; compatibility++) {
    struct flow *f = user(state, FLOW_LONG, RS_CPU_AMD);
    if (compatibility) fake_enter_compatibility(&f->cpu);
    FLOW_PERFORM(f, SYSENTER);
    flow_refused_plain(f, VECTOR_UD, RS_CHECK_SYSENTER_LEGACY_MODE);
    FLOW_PERFORM(f, SYSEXIT);
    flow_refused_plain(f, VECTOR_UD, RS_CHECK_SYSENTER_LEGACY_MODE);
  }
}

static void a_null_sysenter_cs_raises_gp_0(void **state) {
  for (uint64_t selector = 0; selector < 4; selector++)
    for (unsigned high = 0; high < 2; high++) {
      struct flow *f = entered(state, FLOW_LONG, RS_CPU_INTEL);
      MSR(&f->cpu, SYSENTER_CS) = selector | (high ? 0x10000 : 0);
      FLOW_PERFORM(f, SYSENTER);
      flow_refused(f, VECTOR_GP, 0, RS_CHECK_SYSENTER_CS_NOT_NULL);
      FLOW_PERFORM(f, SYSEXITQ);
      flow_refused(f, VECTOR_GP, 0, RS_CHECK_SYSENTER_CS_NOT_NULL);
    }
}

static void sysenter_and_sysexit_in_real_mode_raise_gp(void **state) {
  struct flow *f = entered(state, FLOW_PROTECTED, RS_CPU_INTEL);
  f->cpu.cr0 &= ~(CR0_PE | CR0_PG);
  FLOW_PERFORM(f, SYSENTER);
  flow_refused_plain(f, VECTOR_GP, RS_CHECK_SYSENTER_PROTECTED_MODE);
  FLOW_PERFORM(f, SYSEXIT);
  flow_refused_plain(f, VECTOR_GP, RS_CHECK_SYSENTER_PROTECTED_MODE);
}

static void sysenter_leaves_virtual_8086_mode(void **state) {
  struct flow *f = user(state, FLOW_PROTECTED, RS_CPU_INTEL);
  f->cpu.rflags |= RFLAGS_VM;
  assert_int_equal(FLOW_PERFORM(f, SYSENTER), RS_COMPLETED);
  assert_false(f->out.after.rflags & RFLAGS_VM);
}

/* --- SYSEXIT --- */

static void sysexit_returns_where_ecx_and_edx_say(void **state) {
  struct flow *f = entered(state, FLOW_PROTECTED, RS_CPU_INTEL);
  GENERAL(f, RCX) = FAKE_USER_STACK;
  GENERAL(f, RDX) = FAKE_USER_CODE;
  f->cpu.rflags |= RFLAGS_RF;
  assert_int_equal(FLOW_PERFORM(f, SYSEXIT), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, FAKE_USER_CODE);
  assert_int_equal(AFTER(f, RSP), FAKE_USER_STACK);
  assert_int_equal(f->out.after.cpl, 3);
  assert_int_equal(f->out.after.rflags, f->cpu.rflags & ~RFLAGS_RF);
  assert_code(f, 0x1b, 3, false);
  assert_stack(f, 0x23, 3);
}

static void sysexitq_returns_to_64_bit_code_by_selectors_32_and_40_above(void **state) {
  struct flow *f = entered(state, FLOW_LONG, RS_CPU_INTEL);
  GENERAL(f, RCX) = UINT64_C(0x7ffffffff000);
  GENERAL(f, RDX) = UINT64_C(0x555500001000);
  assert_int_equal(FLOW_PERFORM(f, SYSEXITQ), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, UINT64_C(0x555500001000));
  assert_int_equal(AFTER(f, RSP), UINT64_C(0x7ffffffff000));
  assert_code(f, 0x2b, 3, true);
  assert_stack(f, 0x33, 3);
  assert_int_equal(FLOW_PERFORM(f, SYSEXIT), RS_COMPLETED);
  assert_int_equal(f->out.after.rip, 0x00001000);
  assert_int_equal(AFTER(f, RSP), 0xfffff000);
  assert_code(f, 0x1b, 3, false);
}

static void sysexitq_to_non_canonical_addresses_raises_gp_0(void **state) {
  struct flow *f = entered(state, FLOW_LONG, RS_CPU_INTEL);
  GENERAL(f, RDX) = NON_CANONICAL;
  FLOW_PERFORM(f, SYSEXITQ);
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_SYSEXIT_RIP_CANONICAL);
  assert_int_equal(FLOW_PERFORM(f, SYSEXIT), RS_COMPLETED);
  GENERAL(f, RDX) = 0;
  GENERAL(f, RCX) = NON_CANONICAL;
  FLOW_PERFORM(f, SYSEXITQ);
  flow_refused(f, VECTOR_GP, 0, RS_CHECK_SYSEXIT_RSP_CANONICAL);
  assert_int_equal(FLOW_PERFORM(f, SYSEXIT), RS_COMPLETED);
}

static void sysexit_outside_ring_0_raises_gp_0(void **state) {
  for (unsigned cpl = 1; cpl < 4; cpl++) {
    struct flow *f = entered(state, FLOW_PROTECTED, RS_CPU_INTEL);
    flow_set_ring(f, cpl);
    FLOW_PERFORM(f, SYSEXIT);
    flow_refused(f, VECTOR_GP, 0, RS_CHECK_SYSEXIT_CPL);
  }
}

/* --- SWAPGS --- */

static void swapgs_exchanges_the_base_of_gs_with_the_msr(void **state) {
  struct flow *f = entered(state, FLOW_LONG, RS_CPU_INTEL);
  f->cpu.segment[RS_SEGMENT_INDEX(RS_GS)].base = 0x1111;
  MSR(&f->cpu, KERNEL_GS_BASE) = UINT64_C(0xffff800000002222);
  assert_int_equal(FLOW_PERFORM(f, SWAPGS), RS_COMPLETED);
  assert_int_equal(f->out.cause.mechanism, RS_MECHANISM_OPERATION);
  assert_int_equal(SEGMENT_AFTER(f, GS)->base, UINT64_C(0xffff800000002222));
  assert_int_equal(SEGMENT_AFTER(f, GS)->selector, FAKE_KERNEL_SS);
  assert_int_equal(MSR(&f->out.after, KERNEL_GS_BASE), 0x1111);
  assert_int_equal(f->out.after.rip, FAKE_KERNEL_CODE + 3);
}

static void swapgs_outside_ring_0_raises_gp_0(void **state) {
  for (unsigned cpl = 1; cpl < 4; cpl++) {
    struct flow *f = entered(state, FLOW_LONG, RS_CPU_INTEL);
    flow_set_ring(f, cpl);
    FLOW_PERFORM(f, SWAPGS);
    flow_refused(f, VECTOR_GP, 0, RS_CHECK_SWAPGS_CPL);
  }
}

int main(void) {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, flow_setup, flow_teardown)
  const struct CMUnitTest tests[] = {
    CLAIM(syscall_saves_rip_and_rflags_in_registers_and_keeps_the_stack),
    CLAIM(syscall_takes_its_segments_from_star_whatever_the_gdt_holds),
    CLAIM(fmask_clears_any_flag_but_bit_1),
    CLAIM(without_sce_syscall_and_sysret_are_undefined),
    CLAIM(intel_knows_syscall_and_sysret_in_64_bit_mode_alone),
    CLAIM(amd_enters_at_cstar_from_compatibility_mode),
    CLAIM(amd_enters_at_star_in_legacy_mode),
    CLAIM(sysretq_returns_to_64_bit_code_and_sysret_to_32_bit_code),
    CLAIM(amd_changes_the_selector_of_ss_alone),
    CLAIM(sysret_takes_all_flags_of_r11_but_rf_and_vm),
    CLAIM(sysret_to_a_non_canonical_address_is_refused_by_intel_and_completes_on_amd),
    CLAIM(sysret_outside_ring_0_raises_gp_0),
    CLAIM(amd_returns_in_legacy_mode_with_if_set),
    CLAIM(sysret_undoes_what_syscall_did),
    CLAIM(sysenter_takes_everything_from_its_msrs),
    CLAIM(sysenter_in_ia_32e_mode_enters_64_bit_code),
    CLAIM(amd_has_no_sysenter_and_sysexit_in_long_mode),
    CLAIM(a_null_sysenter_cs_raises_gp_0),
    CLAIM(sysenter_and_sysexit_in_real_mode_raise_gp),
    CLAIM(sysenter_leaves_virtual_8086_mode),
    CLAIM(sysexit_returns_where_ecx_and_edx_say),
    CLAIM(sysexitq_returns_to_64_bit_code_by_selectors_32_and_40_above),
    CLAIM(sysexitq_to_non_canonical_addresses_raises_gp_0),
    CLAIM(sysexit_outside_ring_0_raises_gp_0),
    CLAIM(swapgs_exchanges_the_base_of_gs_with_the_msr),
    CLAIM(swapgs_outside_ring_0_raises_gp_0),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

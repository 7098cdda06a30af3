/* SYSCALL, SYSRET, SYSENTER, SYSEXIT and SWAPGS, from every ring and code size, with every kind of MSR. */
#include "bits.h"
#include "groups.h"
#include "instructions.h"
#include "trial.h"

TRY(syscall);
TRY(sysret);
TRY(sysret64);
TRY(sysenter);
TRY(sysexit);
TRY(sysexit64);
TRY(swapgs);

#define CARRIED_FLAGS 0x240ed5 /* OF to CF, DF, AC, ID: what no ring is refused */
#define STAR(call, ret) ((uint64_t)(ret) << 48 | (uint64_t)(call) << 32 | STAGE_ARRIVE)

static void syscall_prepare(bool enabled, uint64_t star, uint32_t mask) {
  uint64_t efer = read_msr(MSR_EFER) & ~(uint64_t)EFER_SCE;
  write_msr(MSR_EFER, efer | (enabled ? EFER_SCE : 0));
  write_msr(MSR_STAR, star);
  write_msr(MSR_LSTAR, STAGE_ARRIVE + 0x10);
  write_msr(MSR_CSTAR, STAGE_ARRIVE + 0x20);
  write_msr(MSR_FMASK, mask);
}

static unsigned code_of_size(unsigned ring, bool other) {
  return other ? tables_other_code(ring) : tables_code(ring);
}

/* IF of the kernel's side stays 0: nothing interrupts. */
static void calls(void) {
  static const uint64_t stars[] = { STAR(SELECTOR_CODE0, 0), STAR(SELECTOR_CODE0 | 3, 0), STAR(0, 0),
                                    STAR(0xfff8, 0) };
  static const uint32_t masks[] = { 0, 0xffffffff, FLAGS_IF, FLAGS_DF | FLAGS_AC };
  for (unsigned i = 0; i < COUNT(stars) * COUNT(masks) * 2 * 2 * 4; i++) {
    unsigned index = i, star = pick(&index, COUNT(stars)), mask = pick(&index, COUNT(masks));
    unsigned enabled = pick(&index, 2), other = pick(&index, 2), ring = pick(&index, 4);
    struct attempt attempt;
    if (!trial_open("fast.syscall")) continue;
    output_add(" ring=%u other-size=%u enabled=%u star-cs=%x mask=%x", ring, other, enabled,
               (unsigned)(stars[star] >> 32) & 0xffff, masks[mask]);
    syscall_prepare(enabled, stars[star], masks[mask]);
    attempt = trial_start(ring, try_syscall);
    attempt.cs = code_of_size(ring, other);
    attempt.flags |= CARRIED_FLAGS | FLAGS_IF | (ring == 0 ? FLAGS_NT : 0);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

static const void *sysret_of(bool wide) {
  return wide ? try_sysret64 : try_sysret;
}

static void returns(void) {
  static const uint16_t bases[] = { SELECTOR_CODE3_32, SELECTOR_CODE3_32 | 3, 0, 0xfff0 };
  for (unsigned i = 0; i < COUNT(bases) * 2 * 2 * 2 * 4; i++) {
    unsigned index = i, base = bases[pick(&index, COUNT(bases))], enabled = pick(&index, 2);
    unsigned other = pick(&index, 2), wide = pick(&index, 2), ring = pick(&index, 4);
    struct attempt attempt;
    if ((wide && (other || !LONG_MODE)) || !trial_open("fast.sysret")) continue;
    output_add(" ring=%u other-size=%u enabled=%u wide=%u star-cs=%x", ring, other, enabled, wide, base);
    syscall_prepare(enabled, STAR(0, base), 0);
    attempt = trial_start(ring, sysret_of(wide));
    attempt.cs = code_of_size(ring, other);
    attempt.reg[REG_CX] = STAGE_ARRIVE;
    if (LONG_MODE) attempt.reg[REG_COUNT - 1] = FLAGS_FIXED;
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

/* One bit of R11 at a time, to either size. */
static void returned_flags(void) {
  for (unsigned i = 0; i < 2 * 64; i++) {
    unsigned index = i, wide = pick(&index, 2);
    uint64_t flag = 1ull << index;
    struct attempt attempt;
    if (flag == FLAGS_TF || !trial_open("fast.sysret-flags")) continue;
    output_add(" wide=%u bit=%u", wide, index);
    syscall_prepare(true, STAR(0, SELECTOR_CODE3_32), 0);
    attempt = trial_start(0, sysret_of(wide));
    attempt.reg[REG_CX] = STAGE_ARRIVE;
    attempt.reg[REG_COUNT - 1] = (uintptr_t)flag;
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

static const uint64_t uppers[] = {
  0x0000800000000000u, 0x00007fff00000000u, 0xffff7fff00000000u, 0xffff800000000000u,
  0x7fffffff00000000u, 0x8000000000000000u, 0x0000000100000000u,
};

/* Where it returns to: whoever loses the upper half arrives. */
static void return_addresses(void) {
  for (unsigned i = 0; i < 2 * COUNT(uppers); i++) {
    unsigned index = i, wide = pick(&index, 2);
    uint64_t upper = uppers[index];
    struct attempt attempt;
    if (!trial_open("fast.sysret-address")) continue;
    output_add(" wide=%u upper=%p", wide, (void *)(uintptr_t)upper);
    syscall_prepare(true, STAR(0, SELECTOR_CODE3_32), 0);
    attempt = trial_start(0, sysret_of(wide));
    attempt.reg[REG_CX] = (uintptr_t)upper | STAGE_ARRIVE;
    attempt.reg[REG_COUNT - 1] = FLAGS_FIXED;
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

static void sysenter_prepare(uint32_t selector) {
  write_msr(MSR_SYSENTER_CS, selector);
  write_msr(MSR_SYSENTER_ESP, STACK_TOP(STACK_KERNEL));
  write_msr(MSR_SYSENTER_EIP, STAGE_ARRIVE);
}

static const uint32_t sysenter_selectors[] = { 0,      1,       3,      SELECTOR_CODE0, SELECTOR_CODE0 | 3,
                                               0xfff8, 0x10000, 0x10008 };

static void enters(void) {
  for (unsigned i = 0; i < COUNT(sysenter_selectors) * 2 * 4 * 2; i++) {
    unsigned index = i, selector = sysenter_selectors[pick(&index, COUNT(sysenter_selectors))];
    unsigned other = pick(&index, 2), ring = pick(&index, 4),
             flags = pick(&index, 2) ? CARRIED_FLAGS | FLAGS_IF : 0;
    struct attempt attempt;
    if (!trial_open("fast.sysenter")) continue;
    output_add(" ring=%u other-size=%u cs-msr=%x flags=%x", ring, other, selector, flags);
    sysenter_prepare(selector);
    attempt = trial_start(ring, try_sysenter);
    attempt.cs = code_of_size(ring, other);
    attempt.flags |= flags | (flags && ring == 0 ? FLAGS_NT : 0);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

static void exits(void) {
  for (unsigned i = 0; i < COUNT(sysenter_selectors) * 2 * 4 * 2; i++) {
    unsigned index = i, selector = sysenter_selectors[pick(&index, COUNT(sysenter_selectors))];
    unsigned other = pick(&index, 2), ring = pick(&index, 4), wide = pick(&index, 2);
    struct attempt attempt;
    if ((wide && (other || !LONG_MODE)) || !trial_open("fast.sysexit")) continue;
    output_add(" ring=%u other-size=%u wide=%u cs-msr=%x", ring, other, wide, selector);
    sysenter_prepare(selector);
    attempt = trial_start(ring, wide ? try_sysexit64 : try_sysexit);
    attempt.cs = code_of_size(ring, other);
    attempt.reg[REG_DX] = STAGE_ARRIVE;
    attempt.reg[REG_CX] = STACK_TOP(STACK_KERNEL + 1);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

static void exit_addresses(void) {
  for (unsigned i = 0; i < 2 * 2 * COUNT(uppers); i++) {
    unsigned index = i, wide = pick(&index, 2), stack = pick(&index, 2);
    uint64_t upper = uppers[index];
    struct attempt attempt;
    if (!trial_open("fast.sysexit-address")) continue;
    output_add(" wide=%u %s=%p", wide, stack ? "cx" : "dx", (void *)(uintptr_t)upper);
    sysenter_prepare(SELECTOR_CODE0);
    attempt = trial_start(0, wide ? try_sysexit64 : try_sysexit);
    attempt.reg[REG_DX] = STAGE_ARRIVE;
    attempt.reg[REG_CX] = STACK_TOP(STACK_KERNEL + 1);
    attempt.reg[stack ? REG_CX : REG_DX] |= (uintptr_t)upper;
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

static void swaps(void) {
  for (unsigned i = 0; i < 4 * 2; i++) {
    unsigned index = i, ring = pick(&index, 4), other = pick(&index, 2);
    struct attempt attempt;
    if (!trial_open("fast.swapgs")) continue;
    output_add(" ring=%u other-size=%u", ring, other);
    attempt = trial_start(ring, try_swapgs);
    attempt.cs = code_of_size(ring, other);
    trial_run(&attempt, sizeof(uintptr_t));
  }
}

/* The MSRs are those of processors with long mode. */
void group_fast_calls(void) {
  if (!(cpuid(0x80000001).edx & CPUID_EXTENDED_EDX_LM)) return;
  calls();
  returns();
  if (LONG_MODE) {
    returned_flags();
    return_addresses();
  }
  enters();
  exits();
  if (LONG_MODE) exit_addresses();
  swaps();
  syscall_prepare(false, 0, 0);
}

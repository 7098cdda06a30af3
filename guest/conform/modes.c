/* The ways into paging from protected mode: what CR0.PG demands of EFER and CR4, and the PDPTEs that PAE
 * paging loads. */
#include "bits.h"
#include "groups.h"
#include "instructions.h"
#include "pages.h"
#include "registers.h"
#include "trial.h"

#define PAE_MODE (&pages_modes[PAGES_MODES - 1])

static const struct instruction to_cr0 = { INSTRUCTION("cr0", "\x0f\x22\xc1"), 0, 0 };
static const struct instruction to_cr3 = { INSTRUCTION("cr3", "\x0f\x22\xd9"), 0, 0 };
static const struct instruction to_cr4 = { INSTRUCTION("cr4", "\x0f\x22\xe1"), 0, 0 };
static const struct instruction wrmsr = { INSTRUCTION("wrmsr", "\x0f\x30"), 0, 0 };

static void make(const struct instruction *instruction, uintptr_t value) {
  struct attempt attempt = trial_start(0, trial_place(instruction));
  attempt.reg[REG_CX] = value;
  trial_make_system(&attempt);
  output_line();
}

/* What would enter IA-32e mode is left out: the guest has no tables for it. QEMU does not survive PG without
 * PE. */
static void paging(void) {
  for (unsigned i = 0; i < 2 * 2 * 2 * 2; i++) {
    unsigned index = i, pae = pick(&index, 2), lme = pick(&index, 2), pe = pick(&index, 2),
             nw = pick(&index, 2);
    bool long_mode = lme && pae && pe;
    if (long_mode && !nw) continue;
    if (!trial_open_if("mode.paging", (pe && !long_mode) || trial_may_be_harsh())) continue;
    output_add(" pae=%u lme=%u pe=%u nw=%u", pae, lme, pe, nw);
    registers_reset();
    write_cr3(pages_describe(&pages_modes[pae]));
    write_cr4(CR4_BASE | pages_modes[pae].cr4);
    write_msr(MSR_EFER, lme ? EFER_LME : 0);
    make(&to_cr0, (CR0_BASE & ~CR0_PE) | CR0_PG | (pe ? CR0_PE : 0) | (nw ? CR0_NW : 0));
    write_msr(MSR_EFER, 0);
  }
}

/* With paging on, LME cannot be changed. */
static void long_mode_enable(void) {
  for (unsigned i = 0; i < PAGES_MODES; i++) {
    struct attempt attempt = trial_start(0, trial_place(&wrmsr));
    if (!trial_open("mode.lme")) continue;
    output_add(" %s", pages_modes[i].name);
    registers_reset();
    write_cr3(pages_describe(&pages_modes[i]));
    write_cr4(CR4_BASE | pages_modes[i].cr4);
    write_cr0(CR0_BASE | CR0_PG);
    attempt.reg[REG_CX] = MSR_EFER;
    attempt.reg[REG_AX] = EFER_LME;
    trial_make_system(&attempt);
    write_msr(MSR_EFER, 0);
    output_line();
  }
}

/* A PDPTE that nothing is reached through, with one bit set: each of the loads looks at it. */
static void pointers(void) {
  for (unsigned i = 0; i < 64 * 2 * 3; i++) {
    unsigned index = i, bit = pick(&index, 64), present = pick(&index, 2);
    uintptr_t root;
    if (!trial_open("mode.pdpte")) continue;
    output_add(" load=cr%u present=%u bit=%u", index == 0 ? 0 : index == 1 ? 3 : 4, present, bit);
    registers_reset();
    root = pages_describe(PAE_MODE);
    write_cr3(root);
    write_cr4(CR4_BASE | CR4_PAE);
    if (index > 0) write_cr0(CR0_BASE | CR0_PG);
    pages_set_entry(3, present | (uint64_t)1 << bit);
    if (index == 0)
      make(&to_cr0, CR0_BASE | CR0_PG);
    else
      make(index == 1 ? &to_cr3 : &to_cr4, index == 1 ? root : CR4_BASE | CR4_PAE | CR4_PGE);
  }
}

void group_modes(void) {
  if (LONG_MODE) return;
  paging();
  long_mode_enable();
  pointers();
}

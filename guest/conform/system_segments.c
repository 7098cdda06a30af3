/* LLDT and LTR: every descriptor and selector that they take or refuse. */
#include "groups.h"
#include "trial.h"

TRY(lldt);
TRY(ltr);

static const struct load { const char *name, *ip; } loads[] = { { "lldt", try_lldt }, { "ltr", try_ltr } };

static void make(const struct load *load, unsigned ring, unsigned selector) {
  struct attempt attempt = trial_start(ring, load->ip);
  attempt.reg[REG_AX] = selector;
  tables_change_registers();
  trial_run(&attempt, sizeof(uintptr_t));
}

/* In IA-32e mode QEMU's LTR takes a 16-bit TSS, a null selector and any base, and stops for good at the next
 * interrupt.
 */
static bool open(bool harsh, const char *group) {
  return trial_open_if(group, !harsh || trial_may_be_harsh());
}

static void descriptors(void) {
  for (unsigned i = 0; i < COUNT(loads) * 256 * 2; i++) {
    unsigned index = i, access = pick(&index, 256), rpl = pick(&index, 2) * 3;
    const struct load *load = &loads[pick(&index, COUNT(loads))];
    bool narrow_tss = load != loads && (access & ~ACCESS_DPL(3)) == (ACCESS_PRESENT | 1);
    if (!open(LONG_MODE && narrow_tss, "system.load")) continue;
    output_add(" %s ring=0 rpl=%u access=%x", load->name, rpl, access);
    tables_describe_system(SELECTOR_A, access);
    make(load, 0, SELECTOR_A | rpl);
  }
}

static void selectors(void) {
  static const uint16_t named[] = {
    0, 1, 2, 3, SELECTOR_BEYOND, SELECTOR_BEYOND - 8, SELECTOR_LDT_A, 0xffff, 4, SELECTOR_A
  };
  for (unsigned i = 0; i < COUNT(loads) * COUNT(named) * 4; i++) {
    unsigned index = i, selector = named[pick(&index, COUNT(named))], ring = pick(&index, 4);
    const struct load *load = &loads[pick(&index, COUNT(loads))];
    unsigned access = ACCESS_PRESENT | (load == loads ? TYPE_LDT : TYPE_TSS);
    if (!open(LONG_MODE && load != loads && selector < 4, "system.selector")) continue;
    output_add(" %s ring=%u selector=%x", load->name, ring, selector);
    *tables_slot(SELECTOR_LDT_A) = *tables_slot(SELECTOR_A);
    tables_describe_system(SELECTOR_A, access);
    *tables_slot(SELECTOR_BEYOND - 8) = *tables_slot(SELECTOR_A);
    make(load, ring, selector);
  }
}

/* The upper half of a 16-byte descriptor: its type has to be 0, the base canonical. LTR gets no base that is
 * canonical in 57 bits alone, as nothing would come back from the stack that the TSS names there. */
static void upper_halves(void) {
  static const uint32_t bases[] = { 0x01000000, 0xfeffffff, 0x7fffffff, 0x80000000, 0x00008000, 0xffff7fff };
  for (unsigned i = 0; i < 2 * (32 + COUNT(bases)); i++) {
    unsigned index = i;
    const struct load *load = &loads[pick(&index, 2)];
    uint64_t upper = index < 32 ? (uint64_t)index << 40 : bases[index - 32];
    if ((load != loads && index >= 32 + 4) || !open(load != loads && index >= 32, "system.upper")) continue;
    output_add(" %s upper=%p", load->name, (void *)(uintptr_t)upper);
    tables_describe_system(SELECTOR_A, ACCESS_PRESENT | (load == loads ? TYPE_LDT : TYPE_TSS));
    tables_slot(SELECTOR_A)[1] = upper;
    make(load, 0, SELECTOR_A);
  }
}

void group_system_segments(void) {
  descriptors();
  selectors();
  if (LONG_MODE) upper_halves();
}

/* Page tables: the rights of every two levels together, every bit of every entry, entries that are not
 * present; each for every kind of access, ring and protection that is switched on. */
#include "bits.h"
#include "groups.h"
#include "instructions.h"
#include "pages.h"
#include "registers.h"
#include "text.h"
#include "trial.h"

/* At (EDI) or (RDI). The descriptor is one of the LDT, which begins there: to load DS reads it, or sets its
 * accessed bit, for the processor itself, whatever ring asks. */
static const struct page_access {
  struct instruction instruction;
  bool of_descriptor, accessed;
} accesses[] = {
  { { INSTRUCTION("read", "\x8a\x07"), 0, 0 }, false, false },
  { { INSTRUCTION("write", "\x88\x07"), 0, 0 }, false, false },
  { { INSTRUCTION("fetch", "\xff\xe7"), 0, 0 }, false, false },
  { { INSTRUCTION("modify", "\x80\x27\xff"), 0, 0 }, false, false },
  { { INSTRUCTION("descriptor", "\x8e\xd8"), 0, 0 }, true, true },
  { { INSTRUCTION("descriptor-accessed", "\x8e\xd8"), 0, 0 }, true, false },
};

static const struct protection {
  const char *name;
  uint32_t cr0, cr4, flags;
} protections[] = {
  { "none", 0, 0, 0 },
  { "wp", CR0_WP, 0, 0 },
  { "smep", 0, CR4_SMEP, 0 },
  { "smap", 0, CR4_SMAP, 0 },
  { "smap-ac", 0, CR4_SMAP, FLAGS_AC },
  { "wp-smap-ac", CR0_WP, CR4_SMAP, FLAGS_AC },
  { "all", CR0_WP, CR4_SMEP | CR4_SMAP, 0 },
};

struct page_case {
  const struct pages_mode *mode;
  const struct page_access *access;
  const struct protection *protection;
  unsigned ring;
  bool no_execute; /* EFER.NXE */
};

/* What is at the window's address: an instruction, and the LDT's second descriptor. */
static void operand_set(const struct page_access *access) {
  static const uint8_t arrived[] = { 0xcd, VECTOR_ARRIVED };
  uint64_t descriptor =
      descriptor_flat(ACCESS_PRESENT | ACCESS_DPL(3) | (access->accessed ? TYPE_DATA : TYPE_DATA - 1));
  memcpy((void *)STAGE_OPERAND, arrived, sizeof arrived);
  memcpy((void *)(STAGE_OPERAND + 8), &descriptor, sizeof descriptor);
}

static void ldt_move(uintptr_t base) {
  uint64_t *slot = tables_slot(SELECTOR_LDT);
  slot[0] = descriptor(ACCESS_PRESENT | TYPE_LDT, 0, (uint32_t)base, 15);
  slot[1] = (uint64_t)base >> 16 >> 16;
  tables_change_registers();
  load_ldt(SELECTOR_LDT);
}

static void protect(const struct page_case *c, uintptr_t root) {
  registers_reset();
  write_msr(MSR_EFER, (read_msr(MSR_EFER) & ~(uint64_t)EFER_NXE) | (c->no_execute ? EFER_NXE : 0));
  write_cr3(root);
  write_cr4(CR4_BASE | c->mode->cr4 | c->protection->cr4);
  write_cr0(CR0_BASE | CR0_PG | c->protection->cr0);
}

static void make(const struct page_case *c, uintptr_t root) {
  struct attempt attempt = trial_start(c->ring, trial_place(&c->access->instruction));
  uintptr_t window = c->mode->window | STAGE_OPERAND;
  uint64_t before[PAGES_LEVELS_MAX + 1];
  if (c->ring < 3) trial_use_alias(&attempt);
  tables_set_ring_stack(0, SELECTOR_DATA0, STAGE_ALIAS + STACK_TOP(STACK_KERNEL));
  operand_set(c->access);
  if (c->access->of_descriptor) ldt_move(window);
  attempt.reg[REG_DI] = window;
  attempt.reg[REG_AX] = c->access->of_descriptor ? SELECTOR_LDT_A | c->ring : 0;
  attempt.ignored = 1 << REG_AX;
  attempt.flags |= c->protection->flags;
  for (unsigned level = 1; level <= c->mode->levels; level++)
    before[level] = pages_entry(level);
  protect(c, root);
  trial_make_system(&attempt);
  for (unsigned level = 1; level <= c->mode->levels; level++)
    if (pages_entry(level) != before[level])
      output_add(" l%u=%x", level, (unsigned)pages_entry(level) & 0xfff);
  output_line();
}

static bool offered(const struct protection *protection) {
  return !(protection->cr4 & ~registers_cr4_optional());
}

static void tell(const struct page_case *c) {
  output_add(" %s %s ring=%u with=%s", c->mode->name, c->access->instruction.name, c->ring,
             c->protection->name);
}

/* Takes off what `rights` has not: bit 0 stands for writing, 1 for the outer ring, 2 for execution. */
static void entry_restrict(unsigned level, unsigned rights) {
  uint64_t value = pages_entry(level);
  if (!(rights & 1)) value &= ~(uint64_t)PAGE_WRITE;
  if (!(rights & 2)) value &= ~(uint64_t)PAGE_USER;
  if (!(rights & 4)) value |= PAGE_NO_EXECUTE;
  pages_set_entry(level, value);
}

/* The rights of the page, or of a large page, and of one entry above it. */
static void rights_of(const struct pages_mode *mode, unsigned leaf, unsigned upper) {
  unsigned kinds = mode->entry_size == 8 ? 8 : 4; /* without XD 4 */
  for (unsigned i = 0; i < kinds * kinds * COUNT(accesses) * 2 * COUNT(protections); i++) {
    unsigned index = i, page = pick(&index, kinds), above = pick(&index, kinds);
    struct page_case c = { mode, &accesses[pick(&index, COUNT(accesses))], NULL, pick(&index, 2) * 3,
                           kinds == 8 };
    uintptr_t root;
    c.protection = &protections[index];
    if (!trial_open_if("page.rights", offered(c.protection))) continue;
    tell(&c);
    output_add(" l%u=%u l%u=%u", leaf, page, upper, above);
    root = pages_describe(mode);
    pages_describe_window(leaf);
    entry_restrict(leaf, kinds == 4 ? page | 4 : page);
    entry_restrict(upper, kinds == 4 ? above | 4 : above);
    make(&c, root);
  }
}

/* A PDPTE of PAE paging has none. */
static void rights(const struct pages_mode *mode) {
  unsigned top = mode->levels == 3 ? 2 : mode->levels;
  for (unsigned upper = 2; upper <= top; upper++)
    rights_of(mode, 1, upper);
  if (top > 2) rights_of(mode, 2, top);
}

/* Bits that would lead elsewhere: of an address within 40 bits, and the page size, which has trials of its
 * own. */
static bool bit_leads_elsewhere(const struct pages_mode *mode, unsigned level, unsigned leaf, unsigned bit) {
  unsigned shift = level == leaf ? 12 + (level - 1) * (mode->entry_size == 8 ? 9 : 10) : 12;
  if (bit == 7 && level > 1 && level <= 3) return true;
  if (mode->entry_size == 4) return level == leaf && level == 2 ? bit > 12 && bit != 21 : bit >= 12;
  return bit >= shift && bit < 40;
}

/* One bit of one entry, flipped. */
static void bits(const struct pages_mode *mode, unsigned leaf) {
  unsigned width = mode->entry_size * 8, top = mode->levels == 3 ? 2 : mode->levels;
  for (unsigned i = 0; i < width * top * 3 * 2 * 2; i++) {
    unsigned index = i, bit = pick(&index, width), level = 1 + pick(&index, top);
    struct page_case c = { mode, &accesses[pick(&index, 3)], protections, pick(&index, 2) * 3, index };
    uintptr_t root;
    if (level < leaf || bit_leads_elsewhere(mode, level, leaf, bit) || !trial_open("page.bit")) continue;
    tell(&c);
    output_add(" nxe=%u leaf=%u level=%u bit=%u", c.no_execute, leaf, level, bit);
    root = pages_describe(mode);
    pages_describe_window(leaf);
    pages_set_entry(level, pages_entry(level) ^ (uint64_t)1 << bit);
    make(&c, root);
  }
}

/* Not present at some level, with nothing else in the entry or with everything. */
static void absent(const struct pages_mode *mode) {
  unsigned top = mode->levels == 3 ? 2 : mode->levels;
  for (unsigned i = 0; i < top * 2 * COUNT(accesses) * 2 * COUNT(protections); i++) {
    unsigned index = i, level = 1 + pick(&index, top), full = pick(&index, 2);
    struct page_case c = { mode, &accesses[pick(&index, COUNT(accesses))], NULL, pick(&index, 2) * 3, true };
    uintptr_t root;
    c.protection = &protections[index];
    if (!trial_open_if("page.absent", offered(c.protection))) continue;
    tell(&c);
    output_add(" level=%u full=%u", level, full);
    root = pages_describe(mode);
    pages_describe_window(1);
    pages_set_entry(level, full ? ~(uint64_t)PAGE_PRESENT : 0);
    make(&c, root);
  }
}

void group_pages(void) {
  for (unsigned i = 0; i < PAGES_MODES; i++) {
    const struct pages_mode *mode = &pages_modes[i];
    rights(mode);
    for (unsigned leaf = 1; leaf <= (mode->levels == 4 ? 3 : 2); leaf++)
      bits(mode, leaf);
    absent(mode);
  }
}

/* Claims about the page walk: each mode's translation, what refuses an access, and the exact error code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/fake_memory.h"
#include "arch/model.h"
#include "arch/paging.h"

#define ADDRESS UINT64_C(0x12345678)

struct fixture {
  struct fake_memory *memory;
  struct rs_cpu cpu;
};

static int set_up(void **state) {
  static struct fixture fixture;
  fixture.memory = fake_memory_create();
  *state = &fixture;
  return 0;
}

static int tear_down(void **state) {
  fake_memory_free(((struct fixture *)*state)->memory);
  return 0;
}

static uint64_t reader_read(void *context, uint64_t physical, unsigned size) {
  return fake_read(context, physical, size);
}

static struct paging_walk walk_for(struct fixture *f, uint64_t linear, enum access_kind kind,
                                   enum access_privilege privilege) {
  const struct paging_reader reader = { .context = f->memory, .read = reader_read };
  struct paging_walk walk;
  paging_walk(&f->cpu, &reader, linear, kind, privilege, &walk);
  return walk;
}

static struct paging_walk read_for(struct fixture *f, uint64_t linear) {
  return walk_for(f, linear, ACCESS_READ, ACCESS_SUPERVISOR);
}

static void set_efer(struct rs_cpu *cpu, uint64_t value) {
  cpu->msr[RS_MSR_INDEX(RS_EFER)] = value;
}

static void change_entry(struct fixture *f, uint64_t linear, unsigned level, uint64_t set, uint64_t clear) {
  unsigned size = f->cpu.cr4 & CR4_PAE ? 8 : 4;
  uint64_t address = fake_entry_address(f->memory, &f->cpu, linear, level);
  fake_write(f->memory, address, size, (fake_read(f->memory, address, size) | set) & ~clear);
}

/* The modes, by how the fixture enters them. */
typedef void enter_function(struct fake_memory *, struct rs_cpu *, enum rs_cpu_model);
static const struct mode {
  const char *name;
  enter_function *enter;
  unsigned levels;
} modes[] = {
  { "32-bit", fake_protected_mode, 2 },
  { "PAE", fake_pae_mode, 3 },
  { "4-level", fake_long_mode, 4 },
  { "5-level", fake_five_level_mode, 5 },
};
enum { MODES = sizeof modes / sizeof *modes };

static void enter(struct fixture *f, const struct mode *mode, enum rs_cpu_model model) {
  fake_memory_free(f->memory);
  f->memory = fake_memory_create();
  mode->enter(f->memory, &f->cpu, model);
}

/* --- Translation --- */

static void without_paging_the_physical_address_is_the_linear_one(void **state) {
  struct fixture *f = *state;
  fake_protected_mode(f->memory, &f->cpu, RS_CPU_INTEL);
  f->cpu.cr0 &= ~CR0_PG;
  struct paging_walk walk = walk_for(f, ADDRESS, ACCESS_WRITE, ACCESS_USER);
  assert_false(walk.refused);
  assert_int_equal(walk.count, 0);
  assert_true(walk.physical == ADDRESS && walk.user && walk.writable && walk.dirty);
}

/* [SDM3 "Linear-Address Translation to a 4-KByte Page"], one figure for each mode */
static void every_mode_translates_4_kib_pages_root_first(void **state) {
  struct fixture *f = *state;
  for (unsigned i = 0; i < MODES; i++) {
    enter(f, &modes[i], RS_CPU_INTEL);
    uint64_t frame = fake_map(f->memory, &f->cpu, ADDRESS, FAKE_RW);
    struct paging_walk walk = read_for(f, ADDRESS);
    assert_false(walk.refused);
    assert_int_equal(walk.count, modes[i].levels);
    for (unsigned level = modes[i].levels; level; level--)
      assert_int_equal(walk.entry[modes[i].levels - level].level, level);
    assert_true(walk.physical == (frame | (ADDRESS & 0xfff)));
    assert_int_equal(walk.page_shift, 12);
  }
}

static void every_bit_of_a_linear_address_selects_an_entry_or_a_byte(void **state) {
  struct fixture *f = *state;
  static const uint64_t linear = UINT64_C(0x00a5c3b7d9e1f234);
  fake_five_level_mode(f->memory, &f->cpu, RS_CPU_INTEL);
  uint64_t frame = fake_map(f->memory, &f->cpu, linear, FAKE_RW);
  assert_true(read_for(f, linear).physical == (frame | 0x234));
  for (unsigned bit = 12; bit < 57; bit++)
    assert_true(read_for(f, linear ^ UINT64_C(1) << bit).refused);
}

/* [SDM3 "Linear-Address Translation to a 2-MByte Page using 4-Level Paging"] and its siblings */
static void large_pages_take_their_offset_from_the_linear_address(void **state) {
  struct fixture *f = *state;
  static const struct {
    unsigned mode, level, shift;
  } rows[] = { { 0, 2, 22 }, { 1, 2, 21 }, { 2, 2, 21 }, { 2, 3, 30 }, { 3, 2, 21 }, { 3, 3, 30 } };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    enter(f, &modes[rows[i].mode], RS_CPU_INTEL);
    uint64_t offset = (UINT64_C(1) << rows[i].shift) - 1;
    fake_map_at(f->memory, &f->cpu, ADDRESS, rows[i].level, UINT64_C(0x80000000),
                FAKE_P | FAKE_RW | FAKE_PS | FAKE_G);
    struct paging_walk walk = read_for(f, ADDRESS);
    assert_false(walk.refused);
    assert_true(walk.physical == (UINT64_C(0x80000000) | (ADDRESS & offset)));
    assert_int_equal(walk.page_shift, rows[i].shift);
    assert_true(walk.global);
    assert_int_equal(walk.count, modes[rows[i].mode].levels - rows[i].level + 1);
  }
}

/* [SDM3 "32-Bit Paging"]: bits 20:13 of the PDE are bits 39:32 of the address when MAXPHYADDR is 40 */
static void pse_36_keeps_the_upper_address_bits_in_bits_20_to_13(void **state) {
  struct fixture *f = *state;
  fake_protected_mode(f->memory, &f->cpu, RS_CPU_INTEL);
  for (unsigned bit = 0; bit < 8; bit++) {
    fake_map_at(f->memory, &f->cpu, ADDRESS, 2, UINT64_C(0x00400000) | UINT64_C(1) << (13 + bit),
                FAKE_P | FAKE_PS);
    struct paging_walk walk = read_for(f, ADDRESS);
    assert_false(walk.refused);
    assert_true(walk.physical == (UINT64_C(1) << (32 + bit) | 0x00400000 | (ADDRESS & 0x3fffff)));
  }
}

static void without_cr4_pse_a_pde_with_ps_refers_to_a_table(void **state) {
  struct fixture *f = *state;
  fake_protected_mode(f->memory, &f->cpu, RS_CPU_INTEL);
  uint64_t frame = fake_map(f->memory, &f->cpu, ADDRESS, FAKE_RW);
  change_entry(f, ADDRESS, 2, FAKE_PS, 0);
  f->cpu.cr4 &= ~CR4_PSE;
  struct paging_walk walk = read_for(f, ADDRESS);
  assert_false(walk.refused);
  assert_true(walk.physical == (frame | (ADDRESS & 0xfff)));
}

/* [SDM3 "PDPTE Registers"]: 32-byte aligned, within 4 GiB */
static void the_pdptes_of_pae_paging_need_only_32_byte_alignment(void **state) {
  struct fixture *f = *state;
  fake_pae_mode(f->memory, &f->cpu, RS_CPU_INTEL);
  uint64_t frame = fake_map(f->memory, &f->cpu, ADDRESS, FAKE_RW), other = fake_new_page(f->memory);
  fake_write(f->memory, other + 0x20, 8, fake_read(f->memory, f->cpu.cr3, 8));
  f->cpu.cr3 = other + 0x20 + 0x1f;
  assert_true(read_for(f, ADDRESS).physical == (frame | (ADDRESS & 0xfff)));
}

/* --- Entries that refuse --- */

static void an_entry_that_is_not_present_refuses_at_every_level(void **state) {
  struct fixture *f = *state;
  for (unsigned i = 0; i < MODES; i++)
    for (unsigned level = modes[i].levels; level; level--) {
      enter(f, &modes[i], RS_CPU_INTEL);
      fake_map(f->memory, &f->cpu, ADDRESS, FAKE_RW);
      change_entry(f, ADDRESS, level, 0, FAKE_P);
      struct paging_walk walk = read_for(f, ADDRESS);
      assert_true(walk.refused);
      assert_int_equal(walk.check, RS_CHECK_PAGE_ENTRY_PRESENT);
      assert_int_equal(walk.entry[walk.count - 1].level, level);
      assert_int_equal(walk.error_code, 0);
    }
}

/* [SDM3 "Page-Fault Exceptions"]: reserved bits are looked at only in a present entry */
static void not_present_comes_before_reserved(void **state) {
  struct fixture *f = *state;
  fake_long_mode(f->memory, &f->cpu, RS_CPU_INTEL);
  fake_map(f->memory, &f->cpu, ADDRESS, FAKE_RW);
  change_entry(f, ADDRESS, 1, UINT64_C(1) << 51, FAKE_P);
  assert_int_equal(read_for(f, ADDRESS).error_code, 0);
}

static void reserved_comes_before_rights_and_reports_a_present_page(void **state) {
  struct fixture *f = *state;
  fake_long_mode(f->memory, &f->cpu, RS_CPU_INTEL);
  fake_map(f->memory, &f->cpu, ADDRESS, 0);
  change_entry(f, ADDRESS, 1, UINT64_C(1) << 51, 0);
  struct paging_walk walk = walk_for(f, ADDRESS, ACCESS_WRITE, ACCESS_USER);
  assert_int_equal(walk.check, RS_CHECK_PAGE_ENTRY_RESERVED);
  assert_int_equal(walk.error_code, PF_PRESENT | PF_RESERVED | PF_WRITE | PF_USER);
  assert_int_equal(walk.right_count, 0);
}

/* A range of bits, written as the manuals write them. */
static uint64_t bits(unsigned high, unsigned low) {
  return (UINT64_MAX >> (63 - high)) & (UINT64_MAX << low);
}

/* Which bits are reserved in each form of entry: [SDM3 "Page-Fault Exceptions"], with MAXPHYADDR 40 and NXE.
 */
static const struct reserved_row {
  unsigned mode, level;
  bool large;
  uint64_t high, extra; /* from MAXPHYADDR up, and below it */
  uint64_t amd;         /* [APM2 "Long-Mode Page Translation"]: reserved by AMD too */
} reserved_rows[] = {
  { 0, 1, false, 0, 0, 0 },
  { 0, 2, false, 0, 0, 0 },
  { 0, 2, true, 0, 1 << 21, 0 },
  { 1, 1, false, 0x7fffff0000000000, 0, 0 },
  { 1, 2, false, 0x7fffff0000000000, 0, 0 },
  { 1, 2, true, 0x7fffff0000000000, 0x1fe000, 0 },
  { 1, 3, false, 0xffffff0000000000, 0x1e6, 0 },
  { 2, 1, false, 0x000fff0000000000, 0, 0 },
  { 2, 2, false, 0x000fff0000000000, 0, 0 },
  { 2, 2, true, 0x000fff0000000000, 0x1fe000, 0 },
  { 2, 3, false, 0x000fff0000000000, 0, 0 },
  { 2, 3, true, 0x000fff0000000000, 0x3fffe000, 0 },
  { 2, 4, false, 0x000fff0000000000, 0x80, 0x100 },
  { 3, 4, false, 0x000fff0000000000, 0x80, 0x100 },
  { 3, 5, false, 0x000fff0000000000, 0x80, 0x100 },
};

static void build_row(struct fixture *f, const struct reserved_row *row, enum rs_cpu_model model) {
  enter(f, &modes[row->mode], model);
  if (row->large)
    fake_map_at(f->memory, &f->cpu, ADDRESS, row->level, 0, FAKE_P | FAKE_RW | FAKE_US | FAKE_PS);
  else
    fake_map(f->memory, &f->cpu, ADDRESS, FAKE_RW | FAKE_US);
}

/* Every bit of every form of entry, one at a time: it is refused exactly when the manual reserves it. */
static void claim_reserved_bits(struct fixture *f, const struct reserved_row *row, enum rs_cpu_model model,
                                uint64_t expected) {
  build_row(f, row, model);
  unsigned width = f->cpu.cr4 & CR4_PAE ? 64 : 32;
  for (unsigned bit = 0; bit < width; bit++) {
    uint64_t mask = UINT64_C(1) << bit;
    bool address = bit >= 12 && bit < MODEL_PHYSICAL_BITS && !(expected & mask);
    bool form = mask == FAKE_P || (mask == FAKE_PS && !(expected & FAKE_PS));
    if (address || form) continue; /* would name another table or another form of entry */
    build_row(f, row, model);
    change_entry(f, ADDRESS, row->level, mask, 0);
    struct paging_walk walk = read_for(f, ADDRESS);
    bool reserved = walk.refused && walk.check == RS_CHECK_PAGE_ENTRY_RESERVED;
    if (reserved != ((expected & mask) != 0))
      fail_msg("%s level %u large %d bit %u: reserved is %d", modes[row->mode].name, row->level, row->large,
               bit, reserved);
    if (reserved) assert_int_equal(walk.error_code, PF_PRESENT | PF_RESERVED);
  }
}

static void exactly_the_bits_that_the_manuals_reserve_refuse(void **state) {
  struct fixture *f = *state;
  for (unsigned i = 0; i < sizeof reserved_rows / sizeof *reserved_rows; i++) {
    const struct reserved_row *row = &reserved_rows[i];
    claim_reserved_bits(f, row, RS_CPU_INTEL, row->high | row->extra);
    if (row->mode != 3) claim_reserved_bits(f, row, RS_CPU_AMD, row->high | row->extra | row->amd);
  }
}

static void xd_is_reserved_at_every_level_without_nxe(void **state) {
  struct fixture *f = *state;
  for (unsigned i = 1; i < MODES; i++)
    for (unsigned level = modes[i].levels; level; level--) {
      enter(f, &modes[i], RS_CPU_INTEL);
      fake_map(f->memory, &f->cpu, ADDRESS, FAKE_RW);
      set_efer(&f->cpu, f->cpu.msr[RS_MSR_INDEX(RS_EFER)] & ~EFER_NXE);
      change_entry(f, ADDRESS, level, FAKE_XD, 0);
      assert_int_equal(read_for(f, ADDRESS).check, RS_CHECK_PAGE_ENTRY_RESERVED);
      assert_int_equal(read_for(f, ADDRESS).error_code, PF_PRESENT | PF_RESERVED);
    }
}

static void bit_12_of_a_large_page_is_pat_and_no_part_of_the_address(void **state) {
  struct fixture *f = *state;
  fake_long_mode(f->memory, &f->cpu, RS_CPU_INTEL);
  fake_map_at(f->memory, &f->cpu, ADDRESS, 2, 0x1000, FAKE_P | FAKE_PS);
  struct paging_walk walk = read_for(f, ADDRESS);
  assert_false(walk.refused);
  assert_true(walk.physical == (ADDRESS & 0x1fffff));
}

/* --- Rights: enumerated against a predicate of their own --- */

struct rights {
  bool user, write, fetch, implicit;      /* the access */
  bool page_user, page_writable, page_xd; /* combined */
  bool wp, smep, smap, ac, nxe;           /* in force */
};

/* Written from the text of [SDM3 "Determination of Access Rights"], sentence by sentence. */
static bool manual_allows(const struct rights *r) {
  if (r->user) {
    if (!r->page_user) return false;
    if (r->write) return r->page_writable;
    if (r->fetch) return !(r->nxe && r->page_xd);
    return true;
  }
  if (r->fetch) {
    if (r->page_user && r->smep) return false;
    return !(r->nxe && r->page_xd);
  }
  if (r->page_user && r->smap && (r->implicit || !r->ac)) return false;
  return !r->write || !r->wp || r->page_writable;
}

static uint32_t manual_error_code(const struct rights *r) {
  uint32_t code = 1;
  if (r->write) code |= 2;
  if (r->user) code |= 4;
  if (r->fetch && (r->smep || r->nxe)) code |= 16;
  return code;
}

static void claim_rights(struct fixture *f, const struct rights *r, unsigned level) {
  enum access_kind kind = r->write ? ACCESS_WRITE : r->fetch ? ACCESS_FETCH : ACCESS_READ;
  enum access_privilege privilege = r->user       ? ACCESS_USER
                                    : r->implicit ? ACCESS_IMPLICIT_SUPERVISOR
                                                  : ACCESS_SUPERVISOR;
  f->cpu.cr0 = CR0_PE | CR0_PG | (r->wp ? CR0_WP : 0);
  f->cpu.cr4 = CR4_PAE | (r->smep ? CR4_SMEP : 0) | (r->smap ? CR4_SMAP : 0);
  f->cpu.rflags = RFLAGS_FIXED | (r->ac ? RFLAGS_AC : 0);
  set_efer(&f->cpu, EFER_LME | EFER_LMA | (r->nxe ? EFER_NXE : 0));
  struct paging_walk walk = walk_for(f, ADDRESS, kind, privilege);
  if (walk.refused == manual_allows(r) || (walk.refused && walk.error_code != manual_error_code(r)))
    fail_msg("level %u user %d write %d fetch %d implicit %d page %d%d%d wp %d smep %d smap %d ac %d nxe %d: "
             "refused %d code %x",
             level, r->user, r->write, r->fetch, r->implicit, r->page_user, r->page_writable, r->page_xd,
             r->wp, r->smep, r->smap, r->ac, r->nxe, walk.refused, walk.error_code);
}

/* All accesses under all settings, to the page that the tables now describe. */
static void claim_all_accesses(struct fixture *f, struct rights page, unsigned level) {
  for (unsigned bits_set = 0; bits_set < 1U << 5; bits_set++)
    for (unsigned access = 0; access < 9; access++) {
      struct rights r = page;
      r.wp = bits_set & 1;
      r.smep = bits_set & 2;
      r.smap = bits_set & 4;
      r.ac = bits_set & 8;
      r.nxe = bits_set & 16;
      if (r.page_xd && !r.nxe) continue; /* reserved then: another claim */
      r.write = access % 3 == 1;
      r.fetch = access % 3 == 2;
      r.user = access / 3 == 1;
      r.implicit = access / 3 == 2;
      if (r.implicit && r.fetch) continue; /* no such access */
      claim_rights(f, &r, level);
    }
}

/* One level at a time withholds U/S, R/W or XD from a page that the other levels grant all: so that the
 * combination over levels is a conjunction is claimed for every level. */
static void rights_of_all_levels_combine_for_every_access_under_every_setting(void **state) {
  struct fixture *f = *state;
  fake_long_mode(f->memory, &f->cpu, RS_CPU_INTEL);
  fake_map(f->memory, &f->cpu, ADDRESS, FAKE_RW | FAKE_US);
  for (unsigned level = 1; level <= 4; level++)
    for (unsigned withheld = 0; withheld < 8; withheld++) {
      struct rights page = { .page_user = !(withheld & 1), .page_writable = !(withheld & 2) };
      page.page_xd = withheld & 4;
      uint64_t clear = (page.page_user ? 0 : FAKE_US) | (page.page_writable ? 0 : FAKE_RW);
      change_entry(f, ADDRESS, level, page.page_xd ? FAKE_XD : 0, clear);
      claim_all_accesses(f, page, level);
      change_entry(f, ADDRESS, level, FAKE_RW | FAKE_US, FAKE_XD);
    }
}

static void pdptes_of_pae_paging_withhold_nothing(void **state) {
  struct fixture *f = *state;
  fake_pae_mode(f->memory, &f->cpu, RS_CPU_INTEL);
  fake_map(f->memory, &f->cpu, ADDRESS, FAKE_RW | FAKE_US);
  struct paging_walk walk = walk_for(f, ADDRESS, ACCESS_WRITE, ACCESS_USER);
  assert_false(walk.refused);
  assert_true(walk.entry[0].updated == walk.entry[0].value); /* nor has it an accessed bit */
}

/* [SDM3 "Page-Fault Exceptions"]: I/D needs SMEP, or NXE together with PAE */
static void a_fetch_is_told_in_the_error_code_only_with_smep_or_with_nxe_and_pae(void **state) {
  struct fixture *f = *state;
  static const struct {
    uint64_t cr4, efer;
    uint32_t code;
  } rows[] = {
    { 0, 0, PF_USER },
    { 0, EFER_NXE, PF_USER },
    { CR4_SMEP, 0, PF_USER | PF_FETCH },
    { CR4_PAE, 0, PF_USER },
    { CR4_PAE, EFER_NXE, PF_USER | PF_FETCH },
    { CR4_PAE | CR4_SMEP, 0, PF_USER | PF_FETCH },
  };
  for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
    memset(&f->cpu, 0, sizeof f->cpu);
    f->cpu.cr0 = CR0_PE | CR0_PG;
    f->cpu.cr3 = fake_new_page(f->memory);
    f->cpu.cr4 = rows[i].cr4;
    set_efer(&f->cpu, rows[i].efer);
    assert_int_equal(walk_for(f, ADDRESS, ACCESS_FETCH, ACCESS_USER).error_code, rows[i].code);
  }
}

/* --- Accessed and dirty --- */

/* [SDM3 "Accessed and Dirty Flags"] */
static void an_access_sets_a_in_every_level_and_a_write_d_in_the_leaf(void **state) {
  struct fixture *f = *state;
  for (unsigned i = 0; i < MODES; i++)
    for (unsigned kind = ACCESS_READ; kind <= ACCESS_FETCH; kind++) {
      enter(f, &modes[i], RS_CPU_INTEL);
      fake_map(f->memory, &f->cpu, ADDRESS, FAKE_RW);
      struct paging_walk walk = walk_for(f, ADDRESS, (enum access_kind)kind, ACCESS_SUPERVISOR);
      for (unsigned k = 0; k < walk.count; k++) {
        bool leaf = k + 1 == walk.count, rights = !(modes[i].levels == 3 && k == 0);
        uint64_t sets = (rights ? FAKE_A : 0) | (leaf && kind == ACCESS_WRITE ? FAKE_D : 0);
        assert_true(walk.entry[k].updated == (walk.entry[k].value | sets));
      }
      assert_int_equal(walk.dirty, kind == ACCESS_WRITE);
    }
}

static void a_page_that_is_dirty_already_says_so_on_a_read(void **state) {
  struct fixture *f = *state;
  fake_long_mode(f->memory, &f->cpu, RS_CPU_INTEL);
  fake_map(f->memory, &f->cpu, ADDRESS, FAKE_RW | FAKE_D);
  assert_true(read_for(f, ADDRESS).dirty);
}

static void canonical_means_48_bits_or_57_with_la57(void **state) {
  struct fixture *f = *state;
  memset(&f->cpu, 0, sizeof f->cpu);
  for (unsigned top = 47; top < 64; top++) {
    uint64_t positive = bits(top, 0) >> 1, negative = ~positive, broken = UINT64_C(1) << top;
    f->cpu.cr4 = 0;
    assert_int_equal(address_is_canonical(&f->cpu, positive), top <= 47);
    assert_int_equal(address_is_canonical(&f->cpu, negative), top <= 47);
    assert_false(address_is_canonical(&f->cpu, broken));
    f->cpu.cr4 = CR4_LA57;
    assert_int_equal(address_is_canonical(&f->cpu, positive), top <= 56);
    assert_int_equal(address_is_canonical(&f->cpu, negative), top <= 56);
    assert_int_equal(address_is_canonical(&f->cpu, broken), top < 56);
  }
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
    CLAIM(without_paging_the_physical_address_is_the_linear_one),
    CLAIM(every_mode_translates_4_kib_pages_root_first),
    CLAIM(every_bit_of_a_linear_address_selects_an_entry_or_a_byte),
    CLAIM(large_pages_take_their_offset_from_the_linear_address),
    CLAIM(pse_36_keeps_the_upper_address_bits_in_bits_20_to_13),
    CLAIM(without_cr4_pse_a_pde_with_ps_refers_to_a_table),
    CLAIM(the_pdptes_of_pae_paging_need_only_32_byte_alignment),
    CLAIM(an_entry_that_is_not_present_refuses_at_every_level),
    CLAIM(not_present_comes_before_reserved),
    CLAIM(reserved_comes_before_rights_and_reports_a_present_page),
    CLAIM(exactly_the_bits_that_the_manuals_reserve_refuse),
    CLAIM(xd_is_reserved_at_every_level_without_nxe),
    CLAIM(bit_12_of_a_large_page_is_pat_and_no_part_of_the_address),
    CLAIM(rights_of_all_levels_combine_for_every_access_under_every_setting),
    CLAIM(pdptes_of_pae_paging_withhold_nothing),
    CLAIM(a_fetch_is_told_in_the_error_code_only_with_smep_or_with_nxe_and_pae),
    CLAIM(an_access_sets_a_in_every_level_and_a_write_d_in_the_leaf),
    CLAIM(a_page_that_is_dirty_already_says_so_on_a_read),
    CLAIM(canonical_means_48_bits_or_57_with_la57),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

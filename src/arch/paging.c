/* The page walker: reads the entries root first, finds what refuses the access, and the bits it sets. */
#include "arch/paging.h"

#include "arch/bits.h"
#include "arch/model.h"

/* The bits that all formats of entries share [SDM3 "Paging Entry Formats"]:
 *
 *   63  62..52    51..12   11..9    8  7       6  5  4    3    2    1    0
 *   XD  ignored   address  ignored  G  PS/PAT  D  A  PCD  PWT  U/S  R/W  P      G, D: of a leaf alone */
#define ENTRY_P (UINT64_C(1) << 0)
#define ENTRY_RW (UINT64_C(1) << 1)
#define ENTRY_US (UINT64_C(1) << 2)
#define ENTRY_A (UINT64_C(1) << 5)
#define ENTRY_D (UINT64_C(1) << 6)
#define ENTRY_PS (UINT64_C(1) << 7)
#define ENTRY_G (UINT64_C(1) << 8)
#define ENTRY_XD (UINT64_C(1) << 63)

/* Bits `low` to `high`, inclusive. */
#define BITS(high, low) ((UINT64_MAX >> (63 - (high))) & (UINT64_MAX << (low)))

/* What distinguishes the paging modes. */
struct paging_mode {
  uint8_t levels;     /* the root's level */
  uint8_t entry_size; /* in bytes */
  uint8_t index_bits; /* of the linear address that select an entry of a table */
  uint64_t root;      /* the bits of CR3 that locate the root */
  uint64_t reserved;  /* in every entry but the PDPTEs of PAE paging */
  bool large_pages;   /* PS is honoured in a PDE */
  bool amd;
};

static bool mode_is_pae(const struct paging_mode *mode) {
  return mode->levels == 3;
}

static bool mode_is_32_bit(const struct paging_mode *mode) {
  return mode->levels == 2;
}

static struct paging_mode mode_in_force(const struct rs_cpu *cpu) {
  uint64_t efer = cpu->msr[RS_MSR_INDEX(RS_EFER)];
  uint64_t no_execute = efer & EFER_NXE ? 0 : ENTRY_XD;
  struct paging_mode mode = { .entry_size = 8, .index_bits = 9, .large_pages = true };
  mode.amd = cpu->model == RS_CPU_AMD;
  if (efer & EFER_LMA) {
    mode.levels = cpu->cr4 & CR4_LA57 ? 5 : 4;
    mode.root = BITS(MODEL_PHYSICAL_BITS - 1, 12);
    mode.reserved = BITS(51, MODEL_PHYSICAL_BITS) | no_execute;
  } else if (cpu->cr4 & CR4_PAE) {
    mode.levels = 3;
    mode.root = BITS(31, 5);
    mode.reserved = BITS(62, MODEL_PHYSICAL_BITS) | no_execute;
  } else {
    mode = (struct paging_mode){ .levels = 2, .entry_size = 4, .index_bits = 10, .root = BITS(31, 12) };
    mode.large_pages = (cpu->cr4 & CR4_PSE) != 0;
  }
  return mode;
}

static bool entry_is_leaf(const struct paging_mode *mode, unsigned level, uint64_t value) {
  if (level == 1) return true;
  if (!(value & ENTRY_PS)) return false;
  return level == 2 ? mode->large_pages : level == 3 && mode->levels > 3;
}

static unsigned level_shift(const struct paging_mode *mode, unsigned level) {
  return 12 + mode->index_bits * (level - 1);
}

/* [SDM3 "32-Bit Paging"], [SDM3 "PAE Paging"], [SDM3 "4-Level Paging and 5-Level Paging"]. AMD alone reserves
 * bit 8 of the upper entries that refer to a table [APM2 "Long-Mode Page Translation"]. */
static uint64_t entry_reserved(const struct paging_mode *mode, unsigned level, bool leaf) {
  if (mode_is_32_bit(mode)) return leaf && level == 2 ? BITS(21, MODEL_PHYSICAL_BITS - 19) : 0;
  if (mode_is_pae(mode) && level == 3) return BITS(63, MODEL_PHYSICAL_BITS) | BITS(8, 5) | BITS(2, 1);
  if (leaf) return mode->reserved | (level > 1 ? BITS(level_shift(mode, level) - 1, 13) : 0);
  uint64_t reserved = mode->reserved;
  if (level > 3) reserved |= ENTRY_PS;
  if (level > 2 && mode->amd) reserved |= ENTRY_G;
  return reserved;
}

/* PSE-36 keeps address bits 39 to 32 of a 4 MiB page in bits 20 to 13 of its PDE. */
static uint64_t entry_frame(const struct paging_mode *mode, unsigned shift, uint64_t value) {
  uint64_t frame = value & BITS(MODEL_PHYSICAL_BITS - 1, 0) & UINT64_MAX << shift;
  return mode_is_32_bit(mode) && shift > 12 ? frame | (value & BITS(20, 13)) << 19 : frame;
}

/* The PDPTEs of PAE paging carry neither rights nor an accessed bit. */
static void entry_combine(struct paging_walk *walk, struct paging_entry *entry, bool leaf,
                          enum access_kind kind) {
  uint64_t value = entry->value;
  walk->user &= (value & ENTRY_US) != 0;
  walk->writable &= (value & ENTRY_RW) != 0;
  walk->no_execute |= (value & ENTRY_XD) != 0;
  entry->updated = value | ENTRY_A | (leaf && kind == ACCESS_WRITE ? ENTRY_D : 0);
}

/* [SDM3 "Page-Fault Exceptions"] */
static void walk_refuse(const struct rs_cpu *cpu, struct paging_walk *walk, enum rs_check id,
                        enum access_kind kind, enum access_privilege privilege) {
  bool no_execute = (cpu->cr4 & CR4_PAE) && (cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_NXE);
  walk->refused = true;
  walk->check = id;
  walk->error_code = id == RS_CHECK_PAGE_ENTRY_PRESENT ? 0 : PF_PRESENT;
  if (id == RS_CHECK_PAGE_ENTRY_RESERVED) walk->error_code |= PF_RESERVED;
  if (kind == ACCESS_WRITE) walk->error_code |= PF_WRITE;
  if (privilege == ACCESS_USER) walk->error_code |= PF_USER;
  if (kind == ACCESS_FETCH && (no_execute || cpu->cr4 & CR4_SMEP)) walk->error_code |= PF_FETCH;
}

static void right_add(struct paging_walk *walk, enum rs_check id, bool passed, uint64_t a, uint64_t b,
                      uint64_t c) {
  if (walk->right_count && !walk->right[walk->right_count - 1].passed) return;
  walk->right[walk->right_count++] = (struct paging_check){ id, passed, { a, b, c } };
}

/* [SDM3 "Determination of Access Rights"]: the checks that apply to this access. */
static void walk_rights(const struct rs_cpu *cpu, struct paging_walk *walk, enum access_kind kind,
                        enum access_privilege privilege) {
  bool by_user = privilege == ACCESS_USER, implicit = privilege == ACCESS_IMPLICIT_SUPERVISOR;
  bool wp = cpu->cr0 & CR0_WP, ac = cpu->rflags & RFLAGS_AC;
  if (by_user)
    right_add(walk, RS_CHECK_PAGE_USER, walk->user, walk->user, 0, 0);
  else if (kind == ACCESS_FETCH && cpu->cr4 & CR4_SMEP)
    right_add(walk, RS_CHECK_PAGE_SMEP, !walk->user, 1, walk->user, 0);
  else if (kind != ACCESS_FETCH && cpu->cr4 & CR4_SMAP && walk->user)
    right_add(walk, RS_CHECK_PAGE_SMAP, ac && !implicit, 1, ac, implicit);
  if (kind == ACCESS_WRITE)
    right_add(walk, RS_CHECK_PAGE_WRITABLE, walk->writable || !(wp || by_user), walk->writable, wp, by_user);
  if (kind == ACCESS_FETCH) /* XD is reserved, so clear, where it has no meaning */
    right_add(walk, RS_CHECK_PAGE_EXECUTABLE, !walk->no_execute, walk->no_execute, 0, 0);
  if (walk->right_count && !walk->right[walk->right_count - 1].passed)
    walk_refuse(cpu, walk, walk->right[walk->right_count - 1].id, kind, privilege);
}

/* What the leaf decides. */
static void walk_finish(const struct paging_mode *mode, struct paging_walk *walk, uint64_t linear) {
  const struct paging_entry *leaf = &walk->entry[walk->count - 1];
  unsigned shift = level_shift(mode, leaf->level);
  walk->global = (leaf->value & ENTRY_G) != 0;
  walk->dirty = (leaf->updated & ENTRY_D) != 0;
  walk->page_shift = (uint8_t)shift;
  walk->physical = entry_frame(mode, shift, leaf->value) | (linear & ~(UINT64_MAX << shift));
}

/* Reads the entry of `level` in the table at `table`; true when it is a leaf. */
static bool walk_visit(const struct paging_mode *mode, const struct paging_reader *reader,
                       struct paging_walk *walk, uint64_t table, uint64_t linear, unsigned level) {
  struct paging_entry *entry = &walk->entry[walk->count++];
  uint64_t index = linear >> level_shift(mode, level) & ((UINT64_C(1) << mode->index_bits) - 1);
  if (mode_is_pae(mode) && level == 3) index &= 3;
  entry->physical = table + index * mode->entry_size;
  entry->level = (uint8_t)level;
  entry->size = mode->entry_size;
  entry->value = entry->updated = reader->read(reader->context, entry->physical, mode->entry_size);
  bool leaf = entry_is_leaf(mode, level, entry->value);
  entry->reserved = entry_reserved(mode, level, leaf);
  return leaf;
}

static void walk_flat(struct paging_walk *walk, uint64_t linear) {
  walk->user = walk->writable = walk->dirty = true;
  walk->page_shift = 12;
  walk->physical = linear;
}

void paging_walk(const struct rs_cpu *cpu, const struct paging_reader *reader, uint64_t linear,
                 enum access_kind kind, enum access_privilege privilege, struct paging_walk *walk) {
  walk->count = walk->right_count = 0;
  walk->no_execute = walk->global = walk->refused = false;
  if (!(cpu->cr0 & CR0_PG)) {
    walk_flat(walk, linear);
    return;
  }
  struct paging_mode mode = mode_in_force(cpu);
  walk->user = walk->writable = true;
  uint64_t table = cpu->cr3 & mode.root;
  bool leaf = false;
  for (unsigned level = mode.levels; !leaf; level--) {
    leaf = walk_visit(&mode, reader, walk, table, linear, level);
    struct paging_entry *entry = &walk->entry[walk->count - 1];
    bool present = entry->value & ENTRY_P;
    if (!present || entry->value & entry->reserved) {
      walk_refuse(cpu, walk, present ? RS_CHECK_PAGE_ENTRY_RESERVED : RS_CHECK_PAGE_ENTRY_PRESENT, kind,
                  privilege);
      return;
    }
    if (!(mode_is_pae(&mode) && level == 3)) entry_combine(walk, entry, leaf, kind);
    table = entry->value & BITS(MODEL_PHYSICAL_BITS - 1, 12);
  }
  walk_finish(&mode, walk, linear);
  walk_rights(cpu, walk, kind, privilege);
}

static bool sign_extends(uint64_t value, unsigned bits) {
  return (uint64_t)((int64_t)(value << (64 - bits)) >> (64 - bits)) == value;
}

bool address_is_canonical(const struct rs_cpu *cpu, uint64_t linear) {
  return sign_extends(linear, cpu->cr4 & CR4_LA57 ? 57 : 48);
}

/* The page walker: reads the entries root first, finds what refuses the access, and the bits it sets. */
#include "arch/paging.h"

/* The bits that all formats of entries share [SDM3 "4-Level Paging and 5-Level Paging"]:
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

#define TABLE_ADDRESS BITS(MODEL_PHYSICAL_BITS - 1, 12)
#define HIGH_51 BITS(51, MODEL_PHYSICAL_BITS)
#define HIGH_62 BITS(62, MODEL_PHYSICAL_BITS)

/* What distinguishes the paging modes [SDM3 "32-Bit Paging"], [SDM3 "PAE Paging"], [SDM3 "4-Level Paging and
 * 5-Level Paging"]. XD is reserved besides when EFER.NXE is clear. AMD alone reserves bit 8 of a
 * PML4E and PML5E [APM2 "Long-Mode Page Translation"]. */
static const struct paging_mode {
  uint8_t levels;                    /* the root's level */
  uint8_t entry_size;                /* in bytes */
  uint8_t rights_levels;             /* no rights and no accessed bit above this level */
  uint8_t leaf_levels;               /* set of 1 << level where PS makes a leaf */
  uint64_t root;                     /* the bits of CR3 that locate the root */
  uint64_t table[PAGING_LEVELS + 1]; /* reserved bits of an entry that refers to a table, by its level */
  uint64_t leaf[PAGING_LEVELS + 1];  /* reserved bits of a leaf */
} modes[] = {
#define MODE_32(leaves)                                                                                      \
  {                                                                                                          \
    .levels = 2, .entry_size = 4, .rights_levels = 2, .leaf_levels = leaves, .root = BITS(31, 12), .leaf = { \
      [2] = BITS(21, MODEL_PHYSICAL_BITS - 19)                                                               \
    }                                                                                                        \
  }
#define MODE_LONG(top, amd)                                                                                  \
  {                                                                                                          \
    .levels = top, .entry_size = 8, .rights_levels = 5, .leaf_levels = 1 << 2 | 1 << 3,                      \
    .root = BITS(MODEL_PHYSICAL_BITS - 1, 12),                                                               \
    .table = { [2] = HIGH_51,                                                                                \
               [3] = HIGH_51,                                                                                \
               [4] = HIGH_51 | ENTRY_PS | (amd),                                                             \
               [5] = HIGH_51 | ENTRY_PS | (amd) },                                                           \
    .leaf = {                                                                                                \
      [1] = HIGH_51,                                                                                         \
      [2] = HIGH_51 | BITS(20, 13),                                                                          \
      [3] = HIGH_51 | BITS(29, 13)                                                                           \
    }                                                                                                        \
  }
  MODE_32(0),
  MODE_32(1 << 2),
  { .levels = 3,
    .entry_size = 8,

    .rights_levels = 2,
    .leaf_levels = 1 << 2,
    .root = BITS(31, 5),
    .table = { [2] = HIGH_62, [3] = PAGING_PDPTE_RESERVED },
    .leaf = { [1] = HIGH_62, [2] = HIGH_62 | BITS(20, 13) } },
  MODE_LONG(4, 0),
  MODE_LONG(4, ENTRY_G),
  MODE_LONG(5, 0),
  MODE_LONG(5, ENTRY_G),
#undef MODE_32
#undef MODE_LONG
};

static const struct paging_mode *mode_in_force(const struct rs_cpu *cpu) {
  if (cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_LMA)
    return &modes[3 + (cpu->cr4 & CR4_LA57 ? 2 : 0) + (cpu->model == RS_CPU_AMD)];
  if (cpu->cr4 & CR4_PAE) return &modes[2];
  return &modes[cpu->cr4 & CR4_PSE ? 1 : 0];
}

/* PSE-36 keeps address bits 39 to 32 of a 4 MiB page in bits 20 to 13 of its PDE. */
static uint64_t leaf_frame(const struct paging_mode *mode, unsigned shift, uint64_t value) {
  uint64_t frame = value & BITS(MODEL_PHYSICAL_BITS - 1, 0) & UINT64_MAX << shift;
  return mode->levels == 2 && shift > 12 ? frame | (value & BITS(20, 13)) << 19 : frame;
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

/* True while no right has refused. */
static bool right_add(struct paging_walk *walk, enum rs_check id, bool passed, uint64_t a, uint64_t b,
                      uint64_t c) {
  walk->right[walk->right_count++] = (struct paging_check){ id, passed, { a, b, c } };
  return passed;
}

/* [SDM3 "Determination of Access Rights"]: the checks that apply to this access, up to one that refuses. XD
 * is reserved, so clear, where it has no meaning. */
static bool walk_rights(const struct rs_cpu *cpu, struct paging_walk *walk, enum access_kind kind,
                        enum access_privilege privilege) {
  bool by_user = privilege == ACCESS_USER, implicit = privilege == ACCESS_IMPLICIT_SUPERVISOR;
  bool wp = cpu->cr0 & CR0_WP, ac = cpu->rflags & RFLAGS_AC, passed = true;
  if (by_user)
    passed = right_add(walk, RS_CHECK_PAGE_USER, walk->user, walk->user, 0, 0);
  else if (kind == ACCESS_FETCH && cpu->cr4 & CR4_SMEP)
    passed = right_add(walk, RS_CHECK_PAGE_SMEP, !walk->user, 1, walk->user, 0);
  else if (kind != ACCESS_FETCH && cpu->cr4 & CR4_SMAP && walk->user)
    passed = right_add(walk, RS_CHECK_PAGE_SMAP, ac && !implicit, 1, ac, implicit);
  if (passed && kind == ACCESS_WRITE)
    passed = right_add(walk, RS_CHECK_PAGE_WRITABLE, walk->writable || !(wp || by_user), walk->writable, wp,
                       by_user);
  if (passed && kind == ACCESS_FETCH)
    passed = right_add(walk, RS_CHECK_PAGE_EXECUTABLE, !walk->no_execute, walk->no_execute, 0, 0);
  return passed;
}

/* The rights that all entries together give, and what the leaf decides. */
static void walk_finish(const struct paging_mode *mode, struct paging_walk *walk, uint64_t linear,
                        enum access_kind kind) {
  struct paging_entry *leaf = &walk->entry[walk->count - 1];
  unsigned shift = leaf->shift;
  if (kind == ACCESS_WRITE) leaf->updated |= ENTRY_D;
  walk->user = (leaf->all & ENTRY_US) != 0;
  walk->writable = (leaf->all & ENTRY_RW) != 0;
  walk->no_execute = (leaf->any & ENTRY_XD) != 0;
  walk->global = (leaf->value & ENTRY_G) != 0;
  walk->dirty = (leaf->updated & ENTRY_D) != 0;
  walk->page_shift = (uint8_t)shift;
  walk->physical = leaf_frame(mode, shift, leaf->value) | (linear & ~(UINT64_MAX << shift));
}

static bool value_is_leaf(const struct paging_mode *mode, unsigned level, uint64_t value) {
  return level == 1 || (value & ENTRY_PS && mode->leaf_levels >> level & 1);
}

/* Reads the entries from the root to the leaf, but for the `kept` ones, and combines the rights of each with
 * those above; false at one that is not present or has a reserved bit set. Here for the two sizes of entries,
 * so that each is a loop of shifts by constants. */
static inline bool walk_entries_of(const struct rs_cpu *cpu, const struct paging_mode *mode,
                                   const struct paging_reader *reader, uint64_t linear, unsigned kept,
                                   unsigned entry_size, struct paging_walk *walk) {
  const unsigned index_bits = entry_size == 8 ? 9 : 10;
  const uint64_t index_mask = ~(UINT64_MAX << index_bits);
  const uint64_t no_execute = cpu->msr[RS_MSR_INDEX(RS_EFER)] & EFER_NXE ? 0 : ENTRY_XD;
  struct paging_entry *entry = &walk->entry[kept];
  unsigned level = mode->levels - kept, shift = 12 + index_bits * (level - 1);
  uint64_t table = cpu->cr3 & mode->root, all = UINT64_MAX, any = 0;
  if (kept) {
    if (value_is_leaf(mode, entry[-1].level, entry[-1].value)) return true;
    table = entry[-1].value & TABLE_ADDRESS;
    all = entry[-1].all;
    any = entry[-1].any;
  }
  for (;; entry++, level--, shift -= index_bits) {
    uint64_t physical = table + (linear >> shift & index_mask) * entry_size;
    uint64_t value = paging_entry_read(reader, physical, entry_size);
    bool leaf = value_is_leaf(mode, level, value), has_rights = level <= mode->rights_levels;
    uint64_t reserved = (leaf ? mode->leaf : mode->table)[level] | no_execute;
    if (has_rights) {
      all &= value;
      any |= value;
    }
    *entry = (struct paging_entry){ .physical = physical,
                                    .value = value,
                                    .updated = has_rights ? value | ENTRY_A : value,
                                    .reserved = reserved,
                                    .all = all,
                                    .any = any,
                                    .shift = (uint8_t)shift,
                                    .level = (uint8_t)level,
                                    .size = (uint8_t)entry_size };
    walk->count++;
    if (!(value & ENTRY_P) || value & reserved) return false;
    if (leaf) return true;
    table = value & TABLE_ADDRESS;
  }
}

static bool walk_entries(const struct rs_cpu *cpu, const struct paging_mode *mode,
                         const struct paging_reader *reader, uint64_t linear, unsigned kept,
                         struct paging_walk *walk) {
  walk->count = kept;
  return mode->entry_size == 8 ? walk_entries_of(cpu, mode, reader, linear, kept, 8, walk)
                               : walk_entries_of(cpu, mode, reader, linear, kept, 4, walk);
}

static void walk_flat(struct paging_walk *walk, uint64_t linear) {
  walk->user = walk->writable = walk->dirty = true;
  walk->no_execute = walk->global = false;
  walk->page_shift = 12;
  walk->physical = linear;
}

void paging_walk_on(const struct rs_cpu *cpu, const struct paging_reader *reader, uint64_t linear,
                    enum access_kind kind, enum access_privilege privilege, unsigned kept,
                    struct paging_walk *walk) {
  const struct paging_mode *mode = mode_in_force(cpu);
  walk->count = walk->right_count = 0;
  walk->refused = false;
  if (!(cpu->cr0 & CR0_PG)) {
    walk_flat(walk, linear);
    return;
  }
  if (mode->levels <= 3) linear = (uint32_t)linear;
  if (!walk_entries(cpu, mode, reader, linear, kept, walk)) {
    bool present = walk->entry[walk->count - 1].value & ENTRY_P;
    walk_refuse(cpu, walk, present ? RS_CHECK_PAGE_ENTRY_RESERVED : RS_CHECK_PAGE_ENTRY_PRESENT, kind,
                privilege);
    return;
  }
  walk_finish(mode, walk, linear, kind);
  if (!walk_rights(cpu, walk, kind, privilege))
    walk_refuse(cpu, walk, walk->right[walk->right_count - 1].id, kind, privilege);
}

void paging_walk(const struct rs_cpu *cpu, const struct paging_reader *reader, uint64_t linear,
                 enum access_kind kind, enum access_privilege privilege, struct paging_walk *walk) {
  paging_walk_on(cpu, reader, linear, kind, privilege, 0, walk);
}

static uint64_t memory_entry(void *context, uint64_t physical, unsigned size) {
  return guest_memory_entry(context, physical, size);
}

struct paging_reader paging_reader_of(const struct guest_memory *memory) {
  return (struct paging_reader){ (void *)memory, memory_entry, memory->ram, memory->ram_size, UINT64_MAX, 0 };
}

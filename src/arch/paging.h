/* The one page walker: 32-bit, PAE, 4-level and 5-level, for the guest's own accesses and for transitions. */
#ifndef ARCH_PAGING_H
#define ARCH_PAGING_H

#include "arch/bits.h"
#include "arch/memory.h"
#include "arch/model.h"
#include "ringside/checks.h"
#include "ringside/cpu.h"

enum access_kind { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH };

/* [SDM3 "Determination of Access Rights"]: implicit supervisor accesses (descriptor tables, TSS) ignore CPL
 * and AC. */
enum access_privilege { ACCESS_USER, ACCESS_SUPERVISOR, ACCESS_IMPLICIT_SUPERVISOR };

enum { PAGING_LEVELS = 5 };

/* An entry that the walk visited, root first. */
struct paging_entry {
  uint64_t physical;
  uint64_t value;
  uint64_t updated;  /* `value` with the accessed and dirty bits that this access sets */
  uint64_t reserved; /* the bits that must be zero here */
  uint64_t all, any; /* AND and OR of the entries that carry rights, from the root to here */
  uint8_t shift;     /* the bits of the linear address above it lead here */
  uint8_t level;     /* 5 = PML5E, 4 = PML4E, 3 = PDPTE, 2 = PDE, 1 = PTE */
  uint8_t size;      /* 4 or 8 bytes */
};

/* A check of the combined rights, in the order of the operands that its text names. */
struct paging_check {
  enum rs_check id;
  bool passed;
  uint64_t operand[3];
};

enum { PAGING_RIGHTS = 3 };

struct paging_walk {
  struct paging_entry entry[PAGING_LEVELS];
  unsigned count;                           /* 0 when paging is off */
  bool user, writable, no_execute, global;  /* combined over all levels */
  bool dirty;                               /* after this access: the leaf's D bit, true when paging is off */
  uint8_t page_shift;                       /* 12, 21, 22 or 30 */
  uint64_t physical;                        /* of the linear address itself */
  struct paging_check right[PAGING_RIGHTS]; /* the checks of rights that apply, up to the one that refused */
  unsigned right_count;
  /* When the access is refused: */
  bool refused;
  enum rs_check check; /* which one refused it: of the last entry, or of the last right */
  uint32_t error_code; /* complete, as [SDM3 "Page-Fault Exceptions"] has it */
};

/* The bits that must be zero in a present PDPTE of PAE paging [SDM3 "PDPTE Registers"]. */
#define PAGING_PDPTE_RESERVED (~((UINT64_C(1) << MODEL_PHYSICAL_BITS) - 1) | UINT64_C(0x1e6))

/* Reads one entry: `size` bytes at `physical`, 4 or 8. Lets a transition lay its pending writes over the
 * memory: what lies in `ram`, from physical address 0 on, is read there without a call, but for the addresses
 * from `pending_from` to before `pending_to`. */
struct paging_reader {
  void *context;
  uint64_t (*read)(void *context, uint64_t physical, unsigned size);
  const uint8_t *ram;
  uint64_t ram_size;
  uint64_t pending_from, pending_to;
};

static inline bool paging_is_pending(const struct paging_reader *reader, uint64_t physical, unsigned size) {
  return physical < reader->pending_to && reader->pending_from < physical + size;
}

/* Without a call, where it can be. */
static inline uint64_t paging_entry_read(const struct paging_reader *reader, uint64_t physical,
                                         unsigned size) {
  if (physical < reader->ram_size && !paging_is_pending(reader, physical, size))
    return host_load(reader->ram + physical, size);
  return reader->read(reader->context, physical, size);
}

/* Entries as the memory holds them. */
struct paging_reader paging_reader_of(const struct guest_memory *memory);

/* Walks `linear` for one access by the rules that `cpu` has in force (CR0, CR3, CR4, EFER, RFLAGS.AC).
 * Changes nothing: `updated` says what the accessed and dirty bits become if the access is made. With paging
 * off, the physical address is the linear one. Bits of `linear` above the mode's width are ignored: that it
 * is canonical is the caller's check.
 *
 * Limits: the four PDPTEs of PAE paging are read at each walk, where processors may keep them from the last
 * load of CR3 [SDM3 "PDPTE Registers"]; a refused walk sets no accessed bit, where processors may have set
 * those of the upper levels. */
void paging_walk(const struct rs_cpu *cpu, const struct paging_reader *reader, uint64_t linear,
                 enum access_kind kind, enum access_privilege privilege, struct paging_walk *walk);

/* The same, but the first `kept` entries of `walk` stay from its last use, as a processor's paging-structure
 * caches would have them. */
void paging_walk_on(const struct rs_cpu *cpu, const struct paging_reader *reader, uint64_t linear,
                    enum access_kind kind, enum access_privilege privilege, unsigned kept,
                    struct paging_walk *walk);

/* How many entries, from the root down, a walk of `linear` shares with `walk`, a walk of `other` that was not
 * refused, under the same control registers. */
static inline unsigned paging_shared_entries(const struct paging_walk *walk, uint64_t other,
                                             uint64_t linear) {
  unsigned shared = 0;
  while (shared < walk->count && !((linear ^ other) >> walk->entry[shared].shift))
    shared++;
  return shared;
}

/* True when `linear` is canonical for the paging mode in force (48 or 57 bits) [SDM1 "Canonical Addressing"].
 */
static inline bool address_is_canonical(const struct rs_cpu *cpu, uint64_t linear) {
  unsigned unused = cpu->cr4 & CR4_LA57 ? 64 - 57 : 64 - 48;
  return (uint64_t)((int64_t)(linear << unused) >> unused) == linear;
}

#endif

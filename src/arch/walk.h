/* Page walks as a transition tells them: the entries read, the checks, the accessed and dirty bits. */
#ifndef ARCH_WALK_H
#define ARCH_WALK_H

#include "arch/builder.h"

/* Walks `linear` and tells it, from the first entry that the last walk does not share; `b->walk` is the walk
 * then. False when it was refused: the builder holds the #PF. */
bool walk_record(struct builder *b, uint64_t linear, enum access_kind kind, enum access_privilege privilege);

/* The same few pages are walked in every transition, by entries that hardly ever change. A walk that set no
 * bit is remembered together with its steps, and told again when the registers that decide are the same and
 * memory still holds the same entries: each is read and compared, so that what is told is what a walk would
 * tell. Zeroes are an empty memo. */
enum { WALK_MEMO = 64, WALK_STEPS = PAGING_LEVELS + 1 + PAGING_RIGHTS };

/* What decides a walk, but for the entries in memory. */
struct walk_key {
  uint64_t linear_page;
  uint64_t cr0, cr3, cr4, efer;
  uint32_t how; /* kind, privilege, RFLAGS.AC, model, and how many entries a walk before has told */
};

struct walk_memo {
  struct walk_made {
    struct walk_key key;
    uint8_t count; /* of all its entries, those told by a walk before among them; 0: nothing is remembered */
    uint8_t size;  /* of an entry */
    uint8_t step_count;
    const uint8_t *host[PAGING_LEVELS]; /* where memory has the entries, and what was there */
    uint64_t value[PAGING_LEVELS];
    struct paging_walk walk;
    struct rs_step step[WALK_STEPS];
  } made[WALK_MEMO];
};

#endif

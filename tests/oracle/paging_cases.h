/* Puts one access at a time to the page walker and to the oracle, and compares all that they say. */
#ifndef TESTS_ORACLE_PAGING_CASES_H
#define TESTS_ORACLE_PAGING_CASES_H

#include "arch/walk.h"
#include "oracle/paging_oracle.h"
#include "ringside/transition.h"

/* A mode, and the level of the entry that maps the page. */
struct paging_shape {
  const char *name;
  enum oracle_paging mode;
  unsigned page_level;
};

enum { PAGING_SHAPES = 11 };

extern const struct paging_shape paging_shapes[PAGING_SHAPES];

struct paging_subject {
  const struct paging_shape *shape;
  struct oracle_figures figures;
  struct oracle_access access; /* what the oracle is asked */
  struct rs_cpu cpu;           /* what the walker is asked */
  unsigned entries;            /* of the list, down to the one that maps the page */
  uint64_t cases;
  /* For attempts: the tables, one page each, and the walks of former attempts. */
  uint8_t ram[(ORACLE_LEVELS + 1) * GUEST_PAGE_SIZE];
  struct walk_memo memo;
};

/* A page that everybody may use, its tables and itself neither accessed nor dirty. */
void paging_subject_begin(struct paging_subject *s, const struct paging_shape *shape,
                          enum rs_cpu_model model);

/* Whether the entry at `index` of the list carries rights: the PDPTEs of PAE paging do not. */
bool paging_entry_has_rights(const struct paging_subject *s, unsigned index);

/* Gives the entry at `index` the rights in bits 0 to 2 of `rights`: writable, user, execute-disable. */
void paging_entry_rights(struct paging_subject *s, unsigned index, unsigned rights);
unsigned paging_rights_bits(const struct paging_subject *s); /* 2 without execute-disable, else 3 */

/* Every combination of CR0.WP, CR4.SMEP, CR4.SMAP, RFLAGS.AC, EFER.NXE, kind and privilege of the access. */
typedef void paging_judge(struct paging_subject *s);
void paging_every_access(struct paging_subject *s, paging_judge *judge);

/* The walker's answer to the access as it stands equals the oracle's. */
void paging_walk_agrees(struct paging_subject *s);

/* So does the transition of an access that a program makes, with what memory holds afterwards; what is
 * remembered of the attempts before, through other entries in the same places, must not show. */
void paging_attempt_agrees(struct paging_subject *s);

#endif

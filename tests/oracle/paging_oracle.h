/* A second opinion on paging: from the entries that an access would meet, what the manuals make of it. */
#ifndef TESTS_ORACLE_PAGING_ORACLE_H
#define TESTS_ORACLE_PAGING_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

enum oracle_paging { ORACLE_32_BIT, ORACLE_32_BIT_PSE, ORACLE_PAE, ORACLE_4_LEVEL, ORACLE_5_LEVEL };
enum oracle_kind { ORACLE_READ, ORACLE_WRITE, ORACLE_FETCH };
enum oracle_who { ORACLE_USER, ORACLE_SUPERVISOR, ORACLE_IMPLICIT };

enum { ORACLE_LEVELS = 5 };

/* A figure of the manual, bit by bit. */
struct oracle_figure {
  bool exists;
  uint64_t zero, address, address_39_32, execute_disable, user, writable, accessed, dirty;
};

/* The figures of one mode, by level: of an entry that refers to a table, and of one that maps a page. */
struct oracle_figures {
  unsigned levels;
  struct oracle_figure table[ORACLE_LEVELS + 1], page[ORACLE_LEVELS + 1];
};

void oracle_figures_draw(struct oracle_figures *figures, enum oracle_paging mode, bool amd);

struct oracle_access {
  enum oracle_paging mode;
  bool wp, smep, smap, ac, nxe;
  enum oracle_kind kind;
  enum oracle_who who;
  uint64_t cr3, linear;
  uint64_t entry[ORACLE_LEVELS]; /* what stands at each level, root first */
};

struct oracle_translation {
  bool allowed;
  uint32_t error_code;           /* when refused */
  unsigned visited;              /* how many of the entries count */
  uint64_t at[ORACLE_LEVELS];    /* where those stand */
  uint64_t after[ORACLE_LEVELS]; /* what they become when the access is made */
  uint64_t physical;             /* when allowed */
};

void oracle_translate(const struct oracle_figures *figures, const struct oracle_access *access,
                      struct oracle_translation *out);

#endif

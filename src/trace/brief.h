/* Micro-steps in few words, for whoever shows many of them at once. */
#ifndef TRACE_BRIEF_H
#define TRACE_BRIEF_H

#include "ringside/trace.h"
#include "trace/output.h"

enum brief_kind {
  BRIEF_CHECK,
  BRIEF_FAILED,
  BRIEF_READ,
  BRIEF_WRITE,
  BRIEF_WALK, /* entries of page tables that are read */
};

enum brief_kind brief_kind(const struct rs_step *step);

/* "check", "FAILED", "read", "write", "walk". */
const char *brief_kind_text(enum brief_kind kind);

/* How many steps from `first` on are told together: page-table entries that are read one after the other, or
 * marked, and the fields of a TSS; 1 of any other. */
unsigned brief_length(const struct rs_transition *transition, unsigned first);

/* Those steps: "pushed SS = 0x2b", "IDT gate: 64-bit interrupt gate, ...", "PML4E PDPTE PDE PTE for 0x8000".
 */
void brief_print(struct output *output, const struct rs_transition *transition, unsigned first,
                 const struct rs_symbols *symbols);

/* The same with every address and value, and the manual's section of a check. */
void brief_print_full(struct output *output, const struct rs_transition *transition, unsigned first,
                      const struct rs_symbols *symbols);

#endif

/* A failure while the places that its check looked at are collected. */
#ifndef EXPLAIN_INQUIRY_H
#define EXPLAIN_INQUIRY_H

#include "explain/explanation.h"
#include "trace/disasm.h"

struct inquiry {
  struct explanation *e;
  unsigned index;
  uint64_t before; /* the event before which what it saw was written */
  const struct failure *failure;
  const struct rs_transition *transition;
  const struct rs_step *check;
  struct disasm *disasm;
};

/* What a step of the failed transition read. */
void inquiry_add_step(const struct inquiry *q, enum culprit_kind kind, const struct rs_step *read);

/* A register as it was then: these bits of it alone, where `bits` is not 0; `aside` as culprits have it. */
void inquiry_add_bits(const struct inquiry *q, enum rs_register reg, uint64_t bits, bool aside);
void inquiry_add_register(const struct inquiry *q, enum rs_register reg);

/* A general register by its number in instructions; others are none. */
void inquiry_add_general(const struct inquiry *q, unsigned number);

/* The last read before the check that is of this item; NULL or false when there is none. */
const struct rs_step *inquiry_last_read(const struct inquiry *q, enum rs_item item);
bool inquiry_add_read(const struct inquiry *q, enum rs_item item);

/* Of the TSS where it was read from there, else the register. */
void inquiry_add_stack_pointer(const struct inquiry *q);

/* Where the address of the access that was refused came from: address.c. */
void inquiry_add_address(const struct inquiry *q);

#endif

/* A second opinion on the stacks that transitions push to: that of the TSS for an inner ring, and its room.
 */
#ifndef TESTS_ORACLE_STACK_ORACLE_H
#define TESTS_ORACLE_STACK_ORACLE_H

#include "oracle/descriptor_oracle.h"

/* A stack: where its pointer stands, and its segment outside 64-bit mode. */
struct oracle_stack {
  uint64_t pointer;
  struct oracle_descriptor segment;
};

/* The TSS, and the stack that it has for the ring in question. */
struct oracle_tss {
  bool is_16_bit;
  uint16_t selector;
  uint32_t limit;
  uint16_t ss;
  struct oracle_stack stack;
};

/* Whether the TSS's stack for `ring`, or in long mode of IST entry `ist` where that is not 0, can be used. */
struct oracle_refusal oracle_stack_of_tss(enum oracle_mode mode, const struct oracle_tss *tss,
                                          const struct oracle_tables *tables, unsigned ring, unsigned ist);

/* What the TSS has as stack pointer. */
uint64_t oracle_pointer_of_tss(enum oracle_mode mode, const struct oracle_tss *tss);

/* Whether a stack pointer may be taken from the TSS. */
bool oracle_pointer_is_loadable(enum oracle_mode mode, uint64_t pointer);

/* Whether `words` of `size` bytes can be pushed below `top`, and where the pointer stands then. */
bool oracle_stack_has_room(enum oracle_mode mode, const struct oracle_descriptor *ss, uint64_t top,
                           unsigned words, unsigned size);
uint64_t oracle_pointer_after(enum oracle_mode mode, const struct oracle_descriptor *ss, uint64_t top,
                              unsigned bytes);

#endif

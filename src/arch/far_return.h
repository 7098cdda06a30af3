/* What IRET and far RET share: the checks of the return address and stack, and the change to an outer ring.
 */
#ifndef ARCH_FAR_RETURN_H
#define ARCH_FAR_RETURN_H

#include "arch/descriptor.h"
#include "arch/stack.h"

/* A return under way. */
struct far_return {
  struct stack stack; /* the one that is popped from */
  uint64_t ip, sp;
  uint16_t cs, ss;
  struct descriptor code;
  struct descriptor stack_segment; /* when the stack was popped, too */
  uint8_t ring;
  bool outer;
  bool to_64_bit;
};

/* Checks the popped code selector [SDM2 "IRET/IRETD/IRETQ"]: its segment, and the ring it leads to. */
bool far_return_check_code(struct builder *b, struct far_return *r);

/* Pops SP and SS, of which there must be room on the stack, and checks the stack segment. */
bool far_return_pop_stack(struct builder *b, struct far_return *r);

/* Checks that the popped IP is within the code segment, or canonical. The last of the checks. */
bool far_return_check_ip(struct builder *b, const struct far_return *r);

/* Sets the accessed bits; false on a page fault. */
bool far_return_mark_accessed(struct builder *b, struct far_return *r, bool popped_stack);

/* Writes SS and RSP, CS, CPL, and the data segments that an outer ring may not keep. `popped_stack` says
 * whether far_return_pop_stack was called; `released` bytes are added to the new stack pointer. */
void far_return_write(struct builder *b, const struct far_return *r, bool popped_stack, uint64_t released);

#endif

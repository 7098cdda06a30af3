/* Far JMP and far CALL, into a started builder. */
#ifndef ARCH_FAR_TRANSFER_H
#define ARCH_FAR_TRANSFER_H

#include "arch/descriptor.h"
#include "arch/stack.h"

/* A transfer under way. */
struct far_transfer {
  bool call, long_mode;
  uint8_t word;            /* bytes of each push of CALL, unless a gate says otherwise */
  uint16_t selector;       /* the far pointer */
  uint64_t offset;         /* the same; a gate does not look at it */
  uint64_t return_ip;      /* what CALL pushes */
  struct descriptor named; /* by `selector` */
};

/* Performs far JMP or far CALL. False when it faulted. */
bool far_transfer_perform(struct builder *b, const struct rs_instruction *instruction);

/* The rest of it where `t->named` is a call gate. */
bool call_gate_perform(struct builder *b, const struct far_transfer *t);

/* Whether CPL and the selector's RPL may use the gate, and that it is present: #GP or #NP with its selector.
 */
bool far_gate_is_usable(struct builder *b, const struct far_transfer *t);

/* Whether a transfer that keeps the ring may enter `code`; raises nothing. `direct`: by a far pointer, whose
 * RPL counts. */
bool far_code_keeps_ring(struct builder *b, const struct rs_segment *code, bool direct);

/* #NP where `code` is not present; #GP(0) where `ip` is not in it. */
bool far_code_is_present(struct builder *b, const struct rs_segment *code);
bool far_code_holds(struct builder *b, const struct rs_segment *code, uint64_t ip);

/* Pushes CS and the return address, of which there must be room. */
bool far_push_return(struct builder *b, const struct far_transfer *t, struct stack *stack);

/* Writes CS with the RPL `ring`. */
void far_write_code(struct builder *b, const struct rs_segment *code, uint8_t ring);

#endif

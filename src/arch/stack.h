/* A stack that a transition pushes to or pops from: limits, canonical addresses and wrapping of its pointer.
 */
#ifndef ARCH_STACK_H
#define ARCH_STACK_H

#include "arch/builder.h"

struct stack {
  struct rs_segment segment;
  uint64_t pointer;
  uint64_t mask; /* the bits of the stack pointer that count: 16, 32 or 64 of them */
  uint8_t word;  /* bytes per push and pop: 2, 4 or 8 */
  bool loaded;   /* in IA-32e mode: a switch of stacks has taken the pointer from the TSS */
  enum access_privilege privilege;
};

/* The stack that the processor is using now. */
struct stack stack_current(const struct rs_cpu *cpu, uint8_t word);

/* Another one, as 64-bit mode or any other mode addresses it, for code of ring `cpl`. */
struct stack stack_at(const struct rs_segment *ss, uint64_t pointer, bool mode_64, uint8_t word, uint8_t cpl);

/* Checks that `count` words can be pushed, or popped; where not, #SS with `error_code`. */
bool stack_has_room(struct builder *b, const struct stack *stack, unsigned count, uint32_t error_code);
bool stack_holds(struct builder *b, const struct stack *stack, unsigned count, uint32_t error_code);

/* Moves one word of a stack that was checked. False on a page fault. `reg` is where it comes from or goes to.
 */
bool stack_push(struct builder *b, struct stack *stack, enum rs_item item, enum rs_register reg,
                uint64_t value);
bool stack_pop(struct builder *b, struct stack *stack, enum rs_item item, enum rs_register reg,
               uint64_t *value);

/* Skips `bytes` upwards, as RET n does. */
void stack_release(struct stack *stack, uint64_t bytes);

#endif

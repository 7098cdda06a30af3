/* Checks of a stack, and its pushes and pops. */
#include "arch/stack.h"

#include "arch/access.h"
#include "arch/descriptor.h"

struct stack stack_at(const struct rs_segment *ss, uint64_t pointer, bool mode_64, uint8_t word,
                      uint8_t cpl) {
  uint64_t mask = mode_64 ? UINT64_MAX : ss->attributes & SEGMENT_DB ? UINT32_MAX : UINT16_MAX;
  enum access_privilege privilege = cpl == 3 ? ACCESS_USER : ACCESS_SUPERVISOR;
  return (struct stack){ *ss, pointer, mask, word, false, privilege };
}

struct stack stack_current(const struct rs_cpu *cpu, uint8_t word) {
  return stack_at(&cpu->segment[RS_SEGMENT_INDEX(RS_SS)], cpu->general[RS_RSP - RS_RAX],
                  cpu_is_64_bit_mode(cpu), word, cpu->cpl);
}

/* A 16-bit stack moves SP alone; a 32-bit one clears the upper half of RSP. */
static uint64_t pointer_moved(const struct stack *stack, uint64_t by) {
  uint64_t moved = (stack->pointer + by) & stack->mask;
  return stack->mask == UINT16_MAX ? (stack->pointer & ~stack->mask) | moved : moved;
}

static uint64_t linear_of(const struct stack *stack, uint64_t pointer) {
  uint64_t offset = pointer & stack->mask;
  return stack->mask == UINT64_MAX ? offset : (uint32_t)(stack->segment.base + offset);
}

static bool is_expand_down(const struct rs_segment *ss) {
  return (ss->attributes & (SEGMENT_CODE | SEGMENT_EXPAND_DOWN)) == SEGMENT_EXPAND_DOWN;
}

/* Word by word, because the stack pointer may wrap between them but not inside one. */
static bool words_within_limit(const struct stack *stack, uint64_t first, unsigned count) {
  const struct rs_segment *ss = &stack->segment;
  bool down = is_expand_down(ss);
  uint64_t top = ss->attributes & SEGMENT_DB ? UINT32_MAX : UINT16_MAX;
  if (ss->attributes & SEGMENT_UNUSABLE) return false;
  for (unsigned i = 0; i < count; i++) {
    uint64_t offset = (first + i * stack->word) & stack->mask, last = offset + stack->word - 1U;
    if (down ? offset <= ss->limit || last > top : last > ss->limit) return false;
  }
  return true;
}

/* In 64-bit mode the addresses that are accessed have to be canonical [SDM1 "Canonical Addressing"]: a stack
 * pointer at the end of the lower half, just above all of its stack, is fine. One that a stack switch has
 * loaded is held to the rule itself [SDM2 "INT n/INTO/INT3/INT1"]. */
static bool stack_check(struct builder *b, const struct stack *stack, enum rs_check id, uint64_t first,
                        unsigned count, uint32_t error_code) {
  unsigned bytes = count * stack->word;
  bool passed;
  if (stack->mask == UINT64_MAX) {
    uint64_t last = stack->loaded ? stack->pointer : first + bytes - 1;
    passed = address_is_canonical(b->after, first) && address_is_canonical(b->after, last);
    passed = check(b, RS_CHECK_STACK_CANONICAL, passed, first, last, 0, 0);
  } else {
    passed = check(b, id, words_within_limit(stack, first, count), stack->pointer & stack->mask, bytes,
                   stack->segment.limit, is_expand_down(&stack->segment));
  }
  if (!passed) return fault_code(b, VECTOR_SS, error_code);
  return stack->privilege != ACCESS_USER || access_is_aligned(b, linear_of(stack, first), stack->word);
}

bool stack_has_room(struct builder *b, const struct stack *stack, unsigned count, uint32_t error_code) {
  uint64_t first = stack->pointer - (uint64_t)count * stack->word;
  return stack_check(b, stack, RS_CHECK_STACK_HAS_ROOM, first, count, error_code);
}

bool stack_holds(struct builder *b, const struct stack *stack, unsigned count, uint32_t error_code) {
  return stack_check(b, stack, RS_CHECK_STACK_HOLDS, stack->pointer, count, error_code);
}

static struct access word_access(const struct stack *stack, enum rs_item item, enum rs_register reg) {
  uint64_t linear = linear_of(stack, stack->pointer);
  return (struct access){ linear, stack->word, stack->privilege, item, reg };
}

bool stack_push(struct builder *b, struct stack *stack, enum rs_item item, enum rs_register reg,
                uint64_t value) {
  stack->pointer = pointer_moved(stack, -(uint64_t)stack->word);
  const struct access access = word_access(stack, item, reg);
  return access_write(b, &access, value);
}

bool stack_pop(struct builder *b, struct stack *stack, enum rs_item item, enum rs_register reg,
               uint64_t *value) {
  const struct access access = word_access(stack, item, reg);
  union rs_value word;
  if (!access_read(b, &access, &word)) return false;
  *value = word.word[0];
  stack->pointer = pointer_moved(stack, stack->word);
  return true;
}

void stack_release(struct stack *stack, uint64_t bytes) {
  stack->pointer = pointer_moved(stack, bytes);
}

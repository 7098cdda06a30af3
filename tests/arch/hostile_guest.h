/* A guest made of bytes: each choice about its processor and memory is taken from them. */
#ifndef TESTS_ARCH_HOSTILE_GUEST_H
#define TESTS_ARCH_HOSTILE_GUEST_H

#include <stddef.h>

#include "arch/fake_memory.h"
#include "ringside/cpu.h"

/* The bytes; zeros follow their end. */
struct source {
  const uint8_t *data;
  size_t size, at;
};

uint64_t source_take(struct source *s, unsigned bytes);
unsigned source_pick(struct source *s, size_t below); /* below 256 */
uint64_t source_word(struct source *s);               /* a number near something that matters */
uint16_t source_selector(struct source *s);           /* one that leads somewhere, mostly */

/* A processor that satisfies invariants_of_state, and its memory. */
void hostile_guest_build(struct source *s, struct fake_memory *m, struct rs_cpu *cpu);

/* Changes a control register's harmless bits or a page-table entry, of a guest that may have moved on. */
void hostile_guest_change(struct source *s, struct fake_memory *m, struct rs_cpu *cpu);

#endif

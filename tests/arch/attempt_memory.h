/* The memory of an attempt to break arch, seen in two ways that must come to the same. */
#ifndef TESTS_ARCH_ATTEMPT_MEMORY_H
#define TESTS_ARCH_ATTEMPT_MEMORY_H

#include "arch/fake_memory.h"

struct attempt_memory {
  struct fake_memory *fake;
  struct guest_memory guarded; /* each page an allocation of its own: a sanitizer sees any byte read beside */
  struct guest_memory remembering; /* flat, and with the walks of former transitions, as the vm has it */
  uint64_t physical[FAKE_PAGES];
  uint8_t *copy[FAKE_PAGES];
  unsigned copies;
  uint8_t *flat;
};

void attempt_memory_begin(struct attempt_memory *m);
void attempt_memory_end(struct attempt_memory *m);

/* Applies the writes of a transition, as fake_commit does. */
void attempt_memory_commit(struct attempt_memory *m, const struct rs_transition *transition);

/* After any other change of `fake`. */
void attempt_memory_changed(struct attempt_memory *m);

#endif

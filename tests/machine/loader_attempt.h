/* One hostile file put to every loader, with what must hold whatever it is; for mutation test and fuzzer
 * alike. */
#ifndef TESTS_MACHINE_LOADER_ATTEMPT_H
#define TESTS_MACHINE_LOADER_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loader_verdict {
  bool booted, inspected; /* neither: refused */
};

/* Aborts when a promise of machine/machine.h is broken. */
struct loader_verdict loader_attempt(const uint8_t *bytes, size_t size);

#endif

/* One attempt to break arch: any bytes become a processor, its memory, and what happens to it. */
#ifndef TESTS_ARCH_PERFORM_ATTEMPT_H
#define TESTS_ARCH_PERFORM_ATTEMPT_H

#include <stddef.h>
#include <stdint.h>

/* Asserts every invariant of what follows from `data`; the fuzz target and a test share it. */
void perform_attempt(const uint8_t *data, size_t size);

#endif

/* Explaining any bytes as a log: for the fuzz target and a test. */
#ifndef TESTS_EXPLAIN_ATTEMPT_H
#define TESTS_EXPLAIN_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Explains them in both formats, what is chosen and a few transitions by number. Aborts where the status is
 * none that it may be, or a message is not one line; says whether they are a log. */
bool explain_attempt(const uint8_t *bytes, size_t size);

#endif

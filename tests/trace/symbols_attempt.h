/* What any bytes at all must survive: being added as a symbol file, and looked up in. */
#ifndef TESTS_TRACE_SYMBOLS_ATTEMPT_H
#define TESTS_TRACE_SYMBOLS_ATTEMPT_H

#include <stddef.h>
#include <stdint.h>

/* Aborts when a status, a message or a look-up is not what the contract allows. */
void symbols_attempt(const uint8_t *bytes, size_t size);

#endif

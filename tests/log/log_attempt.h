/* What any bytes at all must survive: being shown as a log, and sought in. */
#ifndef TESTS_LOG_LOG_ATTEMPT_H
#define TESTS_LOG_LOG_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log/sample.h"

/* Aborts when a status or message is not what the contract allows; says whether they are a log. */
bool log_attempt(const uint8_t *bytes, size_t size);

/* A log of these records in one frame, where zstd's checksum keeps nothing from them; its bytes are the
 * caller's. */
struct piece log_of_records(const uint8_t *records, size_t size);

#endif

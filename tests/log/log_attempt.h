/* What any bytes at all must survive: being shown as a log, or as the records of one. */
#ifndef TESTS_LOG_LOG_ATTEMPT_H
#define TESTS_LOG_LOG_ATTEMPT_H

#include <stddef.h>
#include <stdint.h>

#include "log/sample.h"

/* Abort when a status or message is not what the contract allows. */
void log_attempt(const uint8_t *bytes, size_t size);

/* The same for what is inside a frame, which zstd's checksum would otherwise keep from most bytes. */
void log_attempt_records(const uint8_t *records, size_t size);

/* A log of these records in one frame; its bytes are the caller's. */
struct piece log_of_records(const uint8_t *records, size_t size);

#endif

/* What timelines and comparisons must survive: any bytes at all as a log, or as the records of one. */
#ifndef TESTS_COMPARE_VIEW_ATTEMPT_H
#define TESTS_COMPARE_VIEW_ATTEMPT_H

#include <stddef.h>
#include <stdint.h>

/* Abort when a status or message is not what the contract allows. */
void view_attempt(const uint8_t *bytes, size_t size);
void view_attempt_records(const uint8_t *records, size_t size);

#endif

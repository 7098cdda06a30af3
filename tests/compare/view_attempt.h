/* What timelines and comparisons must survive: any bytes at all as a log. */
#ifndef TESTS_COMPARE_VIEW_ATTEMPT_H
#define TESTS_COMPARE_VIEW_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Aborts when a status or message is not what the contract allows; says whether they are a log. */
bool view_attempt(const uint8_t *bytes, size_t size);

#endif

/* What any bytes at all must survive: being viewed as a log, or as the records of one. */
#ifndef TESTS_VIEWER_VIEWER_ATTEMPT_H
#define TESTS_VIEWER_VIEWER_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Go through the log by every way there is; abort when a picture is not whole. False: it is no
 * log. */
bool viewer_attempt(const uint8_t *bytes, size_t size);

/* The same for what is inside a frame. */
bool viewer_attempt_records(const uint8_t *records, size_t size);

#endif

/* What any bytes at all must survive: being viewed as a log. */
#ifndef TESTS_VIEWER_VIEWER_ATTEMPT_H
#define TESTS_VIEWER_VIEWER_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Go through the log by every way there is; abort when a picture is not whole. False: it is no
 * log. */
bool viewer_attempt(const uint8_t *bytes, size_t size);

#endif

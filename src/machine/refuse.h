/* How images are refused: one line that begins with the file's name and says what and why. */
#ifndef MACHINE_REFUSE_H
#define MACHINE_REFUSE_H

#include <string.h>

#include "ringside/machine.h"
#include "ringside/status.h"

/* A name is shown by its end, so that there is always room for the reason. */
static inline const char *refuse_name(const struct rs_blob *blob) {
  enum { SHOWN = 100 };
  size_t length = strlen(blob->name);
  return length > SHOWN ? blob->name + length - SHOWN : blob->name;
}

#define REFUSE_AS(status, error, blob, format, ...)                                                          \
  rs_fail(error, status, "%s: " format, refuse_name(blob), ##__VA_ARGS__)
#define REFUSE(error, blob, ...) REFUSE_AS(RS_BAD_IMAGE, error, blob, __VA_ARGS__)

#define LLX(value) ((unsigned long long)(value)) /* for %llx and %llu */

#endif

/* libFuzzer target: any bytes as a log, and as what is inside its frames. */
#include <stdlib.h>

#include "compare/view_attempt.h"
#include "explain/explain_attempt.h"
#include "log/log_attempt.h"
#include "viewer/viewer_attempt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void attempt(const uint8_t *bytes, size_t size) {
  log_attempt(bytes, size);
  view_attempt(bytes, size);
  explain_attempt(bytes, size);
  viewer_attempt(bytes, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  if (data[0] & 1) {
    attempt(data + 1, size - 1);
  } else {
    struct piece log = log_of_records(data + 1, size - 1);
    attempt((const uint8_t *)log.bytes, log.size);
    free(log.bytes);
  }
  return 0;
}

/* libFuzzer target: any bytes as a log, and as what is inside its frames. */
#include "compare/view_attempt.h"
#include "explain/explain_attempt.h"
#include "log/log_attempt.h"
#include "viewer/viewer_attempt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  if (data[0] & 1) {
    log_attempt(data + 1, size - 1);
    view_attempt(data + 1, size - 1);
    explain_attempt(data + 1, size - 1);
    viewer_attempt(data + 1, size - 1);
  } else {
    log_attempt_records(data + 1, size - 1);
    view_attempt_records(data + 1, size - 1);
    explain_attempt_records(data + 1, size - 1);
    viewer_attempt_records(data + 1, size - 1);
  }
  return 0;
}

/* libFuzzer target: any file as kernel image and as user program. */
#include "machine/loader_attempt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  loader_attempt(data, size);
  return 0;
}

/* libFuzzer target: any bytes as a processor, its memory, and what happens to it. */
#include "arch/perform_attempt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  perform_attempt(data, size);
  return 0;
}

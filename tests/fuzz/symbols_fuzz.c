/* libFuzzer target: any file as a symbol file. */
#include "trace/symbols_attempt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  symbols_attempt(data, size);
  return 0;
}

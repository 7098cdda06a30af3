/* Hostile logs are viewed as far as they go, or refused with one line. */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "log/record.h"
#include "log/sample.h"
#include "viewer/viewer_attempt.h"
#include "vm/cmocka_all.h"

enum { ROUNDS = 3, FRAME_ROOM = 1 << 20 };

static uint32_t random_next(uint32_t *seed) {
  *seed = *seed * 1664525 + 1013904223;
  return *seed >> 8;
}

/* The events of the sample, out of the second of its frames: the first one has the symbols. */
static size_t sample_records(uint8_t *records) {
  struct piece log, told;
  sample_run(ROUNDS, RS_TRACE_INSTRUCTIONS, SAMPLE_TEXT, &log, &told);
  const char *at = log.bytes + LOG_PREAMBLE;
  at += ZSTD_findFrameCompressedSize(at, log.size - LOG_PREAMBLE);
  size_t rest = log.size - (size_t)(at - log.bytes);
  size_t size = ZSTD_decompress(records, FRAME_ROOM, at, ZSTD_findFrameCompressedSize(at, rest));
  assert_false(ZSTD_isError(size));
  assert_true(size > 100);
  free(log.bytes);
  free(told.bytes);
  return size;
}

static void records_with_some_bytes_changed_are_survived(void **state) {
  uint8_t *records = malloc(FRAME_ROOM), *changed = malloc(FRAME_ROOM);
  uint32_t seed = 3;
  (void)state;
  assert_true(records && changed);
  size_t size = sample_records(records);
  assert_true(viewer_attempt_records(records, size));
  unsigned viewed = 0;
  for (unsigned round = 0; round < 300; round++) {
    memcpy(changed, records, size);
    for (unsigned i = 0; i <= round % 3; i++)
      changed[random_next(&seed) % size] = (uint8_t)random_next(&seed);
    viewed += viewer_attempt_records(changed, round % 5 ? size : random_next(&seed) % size);
  }
  assert_true(viewed > 30);
  free(records);
  free(changed);
}

static void logs_that_end_anywhere_are_survived(void **state) {
  struct piece log, told;
  (void)state;
  sample_run(400, RS_TRACE_INSTRUCTIONS, SAMPLE_TEXT, &log, &told);
  for (size_t size = 0; size < log.size; size += log.size / 60 + 1)
    viewer_attempt((const uint8_t *)log.bytes, size);
  free(log.bytes);
  free(told.bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(records_with_some_bytes_changed_are_survived),
    cmocka_unit_test(logs_that_end_anywhere_are_survived),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

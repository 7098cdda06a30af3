/* Logs that are damaged, cut off, or made of anything, the same ones in every run. */
#include "log/hostile.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "log/log_attempt.h"
#include "log/record.h"

enum { ROUNDS_OF_SAMPLE = 3, ROUNDS_OF_LONG_SAMPLE = 400, ENDS = 60, FEW = 96 };

static void require(bool holds) {
  if (!holds) abort();
}

static uint32_t random_next(uint32_t *seed) {
  *seed = *seed * 1664525 + 1013904223;
  return *seed >> 8;
}

/* The events of the sample, out of the second of its frames: the first one has the symbols. */
static size_t sample_records(uint8_t *records) {
  struct piece log, told;
  sample_run(ROUNDS_OF_SAMPLE, RS_TRACE_INSTRUCTIONS, SAMPLE_TEXT, &log, &told);
  const char *at = log.bytes + LOG_PREAMBLE;
  at += ZSTD_findFrameCompressedSize(at, log.size - LOG_PREAMBLE);
  size_t rest = log.size - (size_t)(at - log.bytes);
  size_t size = ZSTD_decompress(records, LOG_FRAME_MAX, at, ZSTD_findFrameCompressedSize(at, rest));
  require(!ZSTD_isError(size) && size > FEW);
  free(log.bytes);
  free(told.bytes);
  return size;
}

static bool attempt_records(bool (*attempt)(const uint8_t *bytes, size_t size), const uint8_t *records,
                            size_t size) {
  struct piece log = log_of_records(records, size);
  bool is_log = attempt((const uint8_t *)log.bytes, log.size);
  free(log.bytes);
  return is_log;
}

static unsigned changed_records(bool (*attempt)(const uint8_t *bytes, size_t size), unsigned rounds) {
  uint8_t *records = malloc(LOG_FRAME_MAX), *changed = malloc(LOG_FRAME_MAX);
  uint32_t seed = 1;
  unsigned logs = 0;
  require(records && changed);
  size_t size = sample_records(records);
  require(attempt_records(attempt, records, size));
  for (unsigned round = 0; round < rounds; round++) {
    memcpy(changed, records, size);
    for (unsigned i = 0; i <= round % 3; i++)
      changed[random_next(&seed) % size] = (uint8_t)random_next(&seed);
    logs += attempt_records(attempt, changed, round % 5 ? size : random_next(&seed) % size);
  }
  free(records);
  free(changed);
  return logs;
}

static unsigned any_bytes(bool (*attempt)(const uint8_t *bytes, size_t size), unsigned rounds) {
  uint32_t seed = 7;
  uint8_t bytes[FEW];
  unsigned logs = 0;
  for (unsigned round = 0; round < rounds; round++) {
    for (unsigned i = 0; i < sizeof bytes; i++)
      bytes[i] = (uint8_t)(random_next(&seed) & (random_next(&seed) & 1 ? 0x07 : 0xff));
    logs += attempt_records(attempt, bytes, sizeof bytes);
    logs += attempt(bytes, sizeof bytes);
  }
  return logs;
}

static unsigned ends(bool (*attempt)(const uint8_t *bytes, size_t size)) {
  struct piece log, told;
  unsigned logs = 0;
  sample_run(ROUNDS_OF_LONG_SAMPLE, RS_TRACE_INSTRUCTIONS, SAMPLE_TEXT, &log, &told);
  for (size_t size = 0; size < log.size; size += log.size / ENDS + 1)
    logs += attempt((const uint8_t *)log.bytes, size);
  require(attempt((const uint8_t *)log.bytes, log.size));
  free(log.bytes);
  free(told.bytes);
  return logs;
}

unsigned hostile_logs(bool (*attempt)(const uint8_t *bytes, size_t size), unsigned rounds) {
  return changed_records(attempt, rounds) + any_bytes(attempt, rounds) + ends(attempt);
}

/* Hostile logs are explained as far as they go, or refused with one line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "explain/explain_attempt.h"
#include "log/record.h"
#include "log/sample.h"
#include "ringside/explain.h"

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
  uint32_t seed = 1;
  (void)state;
  assert_true(records && changed);
  size_t size = sample_records(records);
  for (unsigned round = 0; round < 600; round++) {
    memcpy(changed, records, size);
    for (unsigned i = 0; i <= round % 3; i++)
      changed[random_next(&seed) % size] = (uint8_t)random_next(&seed);
    explain_attempt_records(changed, round % 5 ? size : random_next(&seed) % size);
  }
  free(records);
  free(changed);
}

static void any_bytes_are_survived(void **state) {
  uint32_t seed = 7;
  uint8_t bytes[96];
  (void)state;
  for (unsigned round = 0; round < 500; round++) {
    for (unsigned i = 0; i < sizeof bytes; i++)
      bytes[i] = (uint8_t)(random_next(&seed) & (random_next(&seed) & 1 ? 0x07 : 0xff));
    explain_attempt_records(bytes, sizeof bytes);
    explain_attempt(bytes, sizeof bytes);
  }
}

/* What is told of the log, cut to `size` bytes; the text is freed by the caller. */
static enum rs_status explain_cut(const struct piece *log, size_t size, uint64_t at, char **text,
                                  struct rs_error *error) {
  const struct rs_explain_options options = { .at = at };
  struct rs_log *opened;
  size_t length;
  FILE *file = fmemopen(log->bytes, size, "rb"), *out = open_memstream(text, &length);
  assert_true(file && out);
  enum rs_status status = rs_log_open(file, "cut.ring", &opened, error);
  if (status == RS_OK) status = rs_explain(opened, &options, out, error);
  rs_log_close(opened);
  fclose(file);
  fclose(out);
  return status;
}

static void a_log_that_was_cut_off_is_explained_as_far_as_it_is_whole(void **state) {
  struct piece log, told;
  struct rs_error error;
  char *text = NULL;
  (void)state;
  sample_run(4000, RS_TRACE_INSTRUCTIONS, SAMPLE_TEXT, &log, &told);
  assert_int_equal(explain_cut(&log, log.size * 2 / 3, 0, &text, &error), RS_BAD_LOG);
  assert_non_null(strstr(error.text, "cut off"));
  assert_non_null(strstr(text, "LOCK_NOT_PREFIXED"));
  assert_non_null(strstr(text, "The log is not whole"));
  free(text);
  free(log.bytes);
  free(told.bytes);
}

static void a_transition_that_is_not_there_is_refused_in_one_line(void **state) {
  struct piece log, told;
  struct rs_error error;
  char *text = NULL;
  (void)state;
  sample_run(2, RS_TRACE_STEPS, SAMPLE_TEXT, &log, &told);
  assert_int_equal(explain_cut(&log, log.size, 100, &text, &error), RS_BAD_ARGUMENT);
  assert_string_equal(error.text, "--at=100: the log has no such transition");
  assert_string_equal(text, "");
  free(text);
  free(log.bytes);
  free(told.bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(records_with_some_bytes_changed_are_survived),
    cmocka_unit_test(any_bytes_are_survived),
    cmocka_unit_test(a_log_that_was_cut_off_is_explained_as_far_as_it_is_whole),
    cmocka_unit_test(a_transition_that_is_not_there_is_refused_in_one_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

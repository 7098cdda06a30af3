/* Logs: what is shown is what was told; what is cut off, changed or foreign is refused, and never believed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log/coder.h"
#include "log/hostile.h"
#include "log/log_attempt.h"
#include "log/sample.h"

/* Enough for several frames. */
enum { MANY = 1500 };

static void expect_shown(enum rs_trace_level recorded, enum sample_format format) {
  struct piece log, told, shown;
  struct rs_error error;
  sample_run(3, recorded, format, &log, &told);
  assert_int_equal(sample_show(&log, recorded, format, NULL, &shown, &error), RS_OK);
  assert_int_equal(told.size, shown.size);
  assert_memory_equal(told.bytes, shown.bytes, told.size);
  assert_true(told.size > 100);
  free(log.bytes);
  free(told.bytes);
  free(shown.bytes);
}

static void shown_is_what_was_told(void **state) {
  (void)state;
  for (int level = RS_TRACE_MACRO; level <= RS_TRACE_INSTRUCTIONS; level++) {
    expect_shown((enum rs_trace_level)level, SAMPLE_TEXT);
    expect_shown((enum rs_trace_level)level, SAMPLE_JSONL);
  }
}

static void two_runs_give_the_same_bytes(void **state) {
  struct piece log[2], told[2];
  (void)state;
  for (unsigned i = 0; i < 2; i++)
    sample_run(MANY, RS_TRACE_INSTRUCTIONS, SAMPLE_TEXT, &log[i], &told[i]);
  assert_int_equal(log[0].size, log[1].size);
  assert_memory_equal(log[0].bytes, log[1].bytes, log[0].size);
  for (unsigned i = 0; i < 2; i++) {
    free(log[i].bytes);
    free(told[i].bytes);
  }
}

/* Shows a damaged log: it is refused after some beginning of what the whole one tells, whose length is
 * returned. */
static size_t expect_beginning(const struct piece *log, const struct piece *whole, bool may_be_whole) {
  struct piece shown;
  struct rs_error error;
  enum rs_status status = sample_show(log, RS_TRACE_TRANSITIONS, SAMPLE_TEXT, NULL, &shown, &error);
  size_t size = shown.size;
  if (may_be_whole && status == RS_OK)
    assert_int_equal(size, whole->size);
  else
    assert_int_equal(status, RS_BAD_LOG);
  assert_true(size <= whole->size);
  assert_memory_equal(shown.bytes, whole->bytes, size);
  free(shown.bytes);
  return size;
}

/* Where the events of a log end, and the seek table begins. */
static size_t events_end(const struct piece *log) {
  const uint8_t *foot = (const uint8_t *)log->bytes + log->size - 9;
  size_t frames = foot[0] | (size_t)foot[1] << 8;
  return log->size - 17 - 8 * frames;
}

static void log_cut_anywhere_is_told_up_to_its_last_whole_frame(void **state) {
  struct piece log, told, whole;
  struct rs_error error;
  unsigned grown = 0;
  size_t last = 0;
  (void)state;
  sample_run(MANY, RS_TRACE_STEPS, SAMPLE_TEXT, &log, &told);
  assert_int_equal(sample_show(&log, RS_TRACE_TRANSITIONS, SAMPLE_TEXT, NULL, &whole, &error), RS_OK);
  for (size_t size = 1; size < log.size; size++) {
    const struct piece cut = { log.bytes, size };
    size_t shown = expect_beginning(&cut, &whole, size >= events_end(&log));
    assert_true(shown >= last);
    if (shown > last) grown++;
    last = shown;
  }
  assert_true(grown >= 5);
  assert_int_equal(last, whole.size);
  free(log.bytes);
  free(told.bytes);
  free(whole.bytes);
}

/* zstd has bits that it ignores, and several codes for one thing: there a change changes nothing. */
static void log_with_a_changed_byte_is_refused_or_the_same(void **state) {
  static const uint8_t change[] = { 0x01, 0x10, 0x80, 0xff };
  struct piece log, told, whole;
  struct rs_error error;
  size_t refused = 0, end;
  (void)state;
  sample_run(2, RS_TRACE_STEPS, SAMPLE_TEXT, &log, &told);
  assert_int_equal(sample_show(&log, RS_TRACE_TRANSITIONS, SAMPLE_TEXT, NULL, &whole, &error), RS_OK);
  for (size_t i = 0; i < log.size; i++)
    for (unsigned j = 0; j < sizeof change; j++) {
      log.bytes[i] = (char)(log.bytes[i] ^ change[j]);
      if (expect_beginning(&log, &whole, true) < whole.size) refused++;
      log.bytes[i] = (char)(log.bytes[i] ^ change[j]);
    }
  end = events_end(&log);
  assert_true(refused > 4 * end - end / 5);
  free(log.bytes);
  free(told.bytes);
  free(whole.bytes);
}

static void what_follows_the_end_is_refused(void **state) {
  struct piece log, told, shown;
  struct rs_error error;
  (void)state;
  sample_run(1, RS_TRACE_STEPS, SAMPLE_TEXT, &log, &told);
  struct piece twice = { malloc(2 * log.size), 2 * log.size };
  assert_non_null(twice.bytes);
  memcpy(twice.bytes, log.bytes, log.size);
  memcpy(twice.bytes + log.size, log.bytes, log.size);
  assert_int_equal(sample_show(&twice, RS_TRACE_STEPS, SAMPLE_TEXT, NULL, &shown, &error), RS_BAD_LOG);
  assert_non_null(strstr(error.text, "goes on behind"));
  free(twice.bytes);
  free(log.bytes);
  free(told.bytes);
  free(shown.bytes);
}

static void hostile_logs_are_shown_and_sought_in_as_far_as_they_go(void **state) {
  (void)state;
  assert_true(hostile_logs(log_attempt, 1500) > 100);
}

static void filter_tells_a_return_of_muted_events_and_the_end(void **state) {
  const struct rs_log_filter faults = { .only_faults = true }, second = { .from = 2, .to = 2 };
  struct piece log, told, shown;
  struct rs_error error;
  (void)state;
  sample_run(1, RS_TRACE_INSTRUCTIONS, SAMPLE_TEXT, &log, &told);
  for (unsigned i = 0; i < 2; i++) {
    const struct rs_log_filter *filter = i ? &second : &faults;
    assert_int_equal(sample_show(&log, RS_TRACE_TRANSITIONS, SAMPLE_TEXT, filter, &shown, &error), RS_OK);
    assert_int_equal(strncmp(shown.bytes, "#2 ", 3), 0);
    assert_non_null(strstr(shown.bytes, "cli failed the check"));
    assert_null(strstr(shown.bytes, "write(1"));
    assert_non_null(strstr(shown.bytes, "+++ halted"));
    free(shown.bytes);
  }
  free(log.bytes);
  free(told.bytes);
}

static void numbers_come_back(void **state) {
  static const uint64_t value[] = { 0, 1, 127, 128, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX };
  (void)state;
  for (unsigned i = 0; i < 7; i++)
    for (unsigned j = 0; j < 7; j++) {
      uint8_t bytes[20];
      uint64_t number = value[i], back = 0, plain = 0;
      struct coder out = { .at = bytes, .end = bytes + sizeof bytes, .writing = true };
      code_delta(&out, value[j], &number);
      code_u64(&out, &number);
      struct coder in = { .at = bytes, .end = out.at };
      code_delta(&in, value[j], &back);
      code_u64(&in, &plain);
      assert_true(!in.failed && in.at == in.end && back == number && plain == number);
    }
}

static void number_of_more_than_64_bits_is_refused(void **state) {
  uint8_t bytes[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02 };
  struct coder in = { .at = bytes, .end = bytes + sizeof bytes };
  uint64_t value = 1;
  (void)state;
  code_u64(&in, &value);
  assert_true(in.failed && value == 0);
}

static void full_disk_is_reported(void **state) {
  const struct rs_log_options options = { .level = RS_TRACE_STEPS };
  struct rs_error error;
  FILE *file = fopen("/dev/full", "w");
  (void)state;
  if (!file) skip();
  struct rs_trace_sink *sink = rs_log_sink(file, &options);
  assert_non_null(sink);
  assert_int_equal(sink->close(sink, &error), RS_IO_ERROR);
  fclose(file);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(shown_is_what_was_told),
    cmocka_unit_test(two_runs_give_the_same_bytes),
    cmocka_unit_test(log_cut_anywhere_is_told_up_to_its_last_whole_frame),
    cmocka_unit_test(log_with_a_changed_byte_is_refused_or_the_same),
    cmocka_unit_test(what_follows_the_end_is_refused),
    cmocka_unit_test(hostile_logs_are_shown_and_sought_in_as_far_as_they_go),
    cmocka_unit_test(filter_tells_a_return_of_muted_events_and_the_end),
    cmocka_unit_test(numbers_come_back),
    cmocka_unit_test(number_of_more_than_64_bits_is_refused),
    cmocka_unit_test(full_disk_is_reported),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

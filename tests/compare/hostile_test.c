/* Claims about timelines and comparisons of logs that are damaged, cut off, or made to harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "compare/view_attempt.h"
#include "log/log_attempt.h"

static void any_bytes_as_records_are_drawn_and_compared_as_far_as_they_are_some(void **state) {
  uint32_t random = 7;
  uint8_t bytes[128];
  (void)state;
  for (unsigned round = 0; round < 1000; round++) {
    for (unsigned i = 0; i < sizeof bytes; i++) {
      random = random * 1664525 + 1013904223;
      bytes[i] = (uint8_t)(random >> 24 & (random >> 16 & 1 ? 0x07 : 0xff));
    }
    view_attempt_records(bytes, sizeof bytes);
  }
}

static void a_log_is_drawn_and_compared_whatever_its_length(void **state) {
  struct piece log, told;
  (void)state;
  sample_run(2, RS_TRACE_INSTRUCTIONS, SAMPLE_TEXT, &log, &told);
  for (size_t size = 1; size <= log.size; size += 7)
    view_attempt((const uint8_t *)log.bytes, size);
  view_attempt((const uint8_t *)log.bytes, log.size);
  free(log.bytes);
  free(told.bytes);
}

static void a_long_run_is_drawn_with_bounded_memory(void **state) {
  struct piece log, told;
  (void)state;
  sample_run(3000, RS_TRACE_INSTRUCTIONS, SAMPLE_TEXT, &log, &told);
  view_attempt((const uint8_t *)log.bytes, log.size);
  free(log.bytes);
  free(told.bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(any_bytes_as_records_are_drawn_and_compared_as_far_as_they_are_some),
    cmocka_unit_test(a_log_is_drawn_and_compared_whatever_its_length),
    cmocka_unit_test(a_long_run_is_drawn_with_bounded_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

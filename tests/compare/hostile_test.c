/* Claims about timelines and comparisons of logs that are damaged, cut off, or made to harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "compare/view_attempt.h"
#include "log/hostile.h"
#include "log/sample.h"

static void hostile_logs_are_drawn_and_compared_as_far_as_they_go(void **state) {
  (void)state;
  assert_true(hostile_logs(view_attempt, 500) > 100);
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
    cmocka_unit_test(hostile_logs_are_drawn_and_compared_as_far_as_they_go),
    cmocka_unit_test(a_long_run_is_drawn_with_bounded_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

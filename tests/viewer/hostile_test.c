/* Hostile logs are viewed as far as they go, or refused with one line. */
#include "log/hostile.h"
#include "viewer/viewer_attempt.h"
#include "vm/cmocka_all.h"

static void hostile_logs_are_viewed_as_far_as_they_go(void **state) {
  (void)state;
  assert_true(hostile_logs(viewer_attempt, 300) > 30);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(hostile_logs_are_viewed_as_far_as_they_go),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

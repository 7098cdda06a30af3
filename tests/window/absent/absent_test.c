/* The viewer in a build without SDL. */
#include <string.h>

#include "ringside/view.h"
#include "vm/cmocka_all.h"

static void a_build_without_a_window_says_what_it_lacks(void **state) {
  const struct rs_view_options options = { .title = "x.ring" };
  struct rs_error error;
  (void)state;
  assert_int_equal(rs_view(NULL, &options, &error), RS_UNSUPPORTED);
  assert_non_null(strstr(error.text, "this build has no viewer"));
  assert_non_null(strstr(error.text, "libsdl2-dev"));
  assert_null(strchr(error.text, '\n'));
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(a_build_without_a_window_says_what_it_lacks) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

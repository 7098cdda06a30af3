/* Claims about host failures: a sentence for each, one bounded line for any. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ringside/status.h"

static void every_status_has_a_sentence_of_its_own(void **state) {
  (void)state;
  for (int a = RS_OK; a <= RS_ENGINE_FAILED; a++) {
    const char *text = rs_status_text((enum rs_status)a);
    assert_true(strlen(text) > 8);
    assert_true(text[strlen(text) - 1] != '.');
    for (int b = RS_OK; b < a; b++)
      assert_string_not_equal(text, rs_status_text((enum rs_status)b));
  }
}

static void fail_formats_and_returns_the_status(void **state) {
  (void)state;
  struct rs_error error;
  assert_int_equal(rs_fail(&error, RS_BAD_IMAGE, "%s: %d", "kernel.elf", 7), RS_BAD_IMAGE);
  assert_int_equal(error.status, RS_BAD_IMAGE);
  assert_string_equal(error.text, "kernel.elf: 7");
}

static void fail_without_a_place_for_the_text_still_returns_the_status(void **state) {
  (void)state;
  assert_int_equal(rs_fail(NULL, RS_IO_ERROR, "nobody reads this"), RS_IO_ERROR);
}

static void a_long_line_is_cut_and_says_so(void **state) {
  (void)state;
  struct rs_error error;
  char fits[256], longer[257];
  memset(fits, 'a', 255);
  memset(longer, 'a', 256);
  fits[255] = longer[256] = 0;
  rs_fail(&error, RS_IO_ERROR, "%s", fits);
  assert_string_equal(error.text, fits);
  rs_fail(&error, RS_IO_ERROR, "%s", longer);
  assert_int_equal(strlen(error.text), 255);
  assert_string_equal(error.text + 251, "a...");
}

static void a_file_name_cannot_break_the_line(void **state) {
  (void)state;
  struct rs_error error;
  rs_fail(&error, RS_IO_ERROR, "%s: %s", "a\nb\033[2J\x7f", "missing");
  assert_string_equal(error.text, "a?b?[2J?: missing");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_status_has_a_sentence_of_its_own),
    cmocka_unit_test(fail_formats_and_returns_the_status),
    cmocka_unit_test(fail_without_a_place_for_the_text_still_returns_the_status),
    cmocka_unit_test(a_long_line_is_cut_and_says_so),
    cmocka_unit_test(a_file_name_cannot_break_the_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

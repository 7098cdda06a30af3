/* Hostile logs are explained as far as they go, or refused with one line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "explain/explain_attempt.h"
#include "log/hostile.h"
#include "log/sample.h"
#include "ringside/explain.h"

static void hostile_logs_are_explained_as_far_as_they_go(void **state) {
  (void)state;
  assert_true(hostile_logs(explain_attempt, 500) > 100);
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
    cmocka_unit_test(hostile_logs_are_explained_as_far_as_they_go),
    cmocka_unit_test(a_log_that_was_cut_off_is_explained_as_far_as_it_is_whole),
    cmocka_unit_test(a_transition_that_is_not_there_is_refused_in_one_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

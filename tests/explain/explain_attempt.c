/* Explains hostile logs. */
#include "explain/explain_attempt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ringside/explain.h"

enum { TRANSITIONS = 4 };

static void require(bool holds) {
  if (!holds) abort();
}

/* False: it is no log. */
static bool explain(FILE *file, uint64_t at, bool json, FILE *out) {
  struct rs_explain_options options = { .at = at, .json = json, .colour = at & 1 };
  struct rs_error error = { .status = RS_OK };
  struct rs_log *log = NULL;
  rewind(file);
  enum rs_status status = rs_log_open(file, "attempt.ring", &log, &error);
  bool is_log = status == RS_OK;
  if (is_log) status = rs_explain(log, &options, out, &error);
  rs_log_close(log);
  require(status == RS_OK || status == RS_BAD_LOG || (at && status == RS_BAD_ARGUMENT));
  require(status == RS_OK || (error.text[0] && !strchr(error.text, '\n')));
  return is_log;
}

bool explain_attempt(const uint8_t *bytes, size_t size) {
  char *text = NULL;
  size_t length;
  bool is_log = false;
  if (size == 0) return false;
  FILE *file = fmemopen((void *)(uintptr_t)bytes, size, "rb"), *out = open_memstream(&text, &length);
  require(file && out);
  for (uint64_t at = 0; at <= TRANSITIONS; at++) {
    is_log = explain(file, at, false, out);
    explain(file, at, true, out);
  }
  fclose(file);
  fclose(out);
  free(text);
  return is_log;
}

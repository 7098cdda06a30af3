/* Explains hostile logs. */
#include "explain/explain_attempt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/log_attempt.h"
#include "ringside/explain.h"

enum { TRANSITIONS = 4 };

static void require(int holds) {
  if (!holds) abort();
}

static void explain(FILE *file, uint64_t at, int json, FILE *out) {
  struct rs_explain_options options = { .at = at, .json = json != 0, .colour = at & 1 };
  struct rs_error error = { .status = RS_OK };
  struct rs_log *log = NULL;
  rewind(file);
  enum rs_status status = rs_log_open(file, "attempt.ring", &log, &error);
  if (status == RS_OK) status = rs_explain(log, &options, out, &error);
  rs_log_close(log);
  require(status == RS_OK || status == RS_BAD_LOG || (at && status == RS_BAD_ARGUMENT));
  require(status == RS_OK || (error.text[0] && !strchr(error.text, '\n')));
}

void explain_attempt(const uint8_t *bytes, size_t size) {
  char *text = NULL;
  size_t length;
  if (size == 0) return;
  FILE *file = fmemopen((void *)(uintptr_t)bytes, size, "rb"), *out = open_memstream(&text, &length);
  require(file && out);
  for (uint64_t at = 0; at <= TRANSITIONS; at++) {
    explain(file, at, 0, out);
    explain(file, at, 1, out);
  }
  fclose(file);
  fclose(out);
  free(text);
}

void explain_attempt_records(const uint8_t *records, size_t size) {
  struct piece log = log_of_records(records, size);
  explain_attempt((const uint8_t *)log.bytes, log.size);
  free(log.bytes);
}

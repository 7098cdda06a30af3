/* Host failures told in words: the sentence of each status, and the one line of a failure. */
#include "ringside/status.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *rs_status_text(enum rs_status status) {
  static const char *const text[] = {
#define X(name, sentence) [name] = (sentence),
    RS_STATUSES(X)
#undef X
  };
  assert((size_t)status < sizeof text / sizeof text[0]);
  return text[status];
}

/* File names come from outside and may hold anything: the line stays one line. */
static void keep_one_line(char *text) {
  for (; *text; text++) {
    if ((unsigned char)*text < ' ' || *text == 0x7f) *text = '?';
  }
}

enum rs_status rs_fail(struct rs_error *error, enum rs_status status, const char *format, ...) {
  if (!error) return status;
  error->status = status;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(error->text, sizeof error->text, format, arguments);
  va_end(arguments);
  if (length < 0) error->text[0] = 0;
  if (length >= (int)sizeof error->text)
    memcpy(error->text + sizeof error->text - sizeof "...", "...", sizeof "...");
  keep_one_line(error->text);
  return status;
}

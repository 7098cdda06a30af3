/* Whether an explanation in JSON, on standard input, names a check (or none), and near the head of its
 * culprits an address or a register (or has none: -; or whatever it has: any). */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { NEAR = 9 };

static bool is_text(const json_t *object, const char *key, const char *text) {
  const char *found = json_string_value(json_object_get(object, key));
  return found && strcmp(found, text) == 0;
}

static bool names_check(const json_t *explanation, const char *wanted) {
  if (strcmp(wanted, "none") == 0) return json_is_null(json_object_get(explanation, "check"));
  return is_text(explanation, "check", wanted);
}

static bool culprit_is(const json_t *culprit, const char *wanted) {
  const json_t *writer = json_object_get(culprit, "written_by");
  return is_text(culprit, "address", wanted) || is_text(culprit, "register", wanted) ||
         is_text(writer, "address", wanted);
}

/* A list of everything would name it, too: it has to stand near the head. */
static bool names_culprit(const json_t *explanation, const char *wanted) {
  const json_t *culprit;
  const json_t *culprits = json_object_get(explanation, "culprits");
  size_t i;
  if (strcmp(wanted, "any") == 0) return true;
  if (strcmp(wanted, "-") == 0) return json_is_array(culprits) && json_array_size(culprits) == 0;
  json_array_foreach(culprits, i, culprit) {
    if (i < NEAR && culprit_is(culprit, wanted)) return true;
  }
  return false;
}

int main(int count, char **arguments) {
  if (count != 3) {
    fputs("usage: names_culprit CHECK ADDRESS-OR-REGISTER <EXPLANATION\n", stderr);
    return 2;
  }
  json_error_t error;
  json_t *explanation = json_loadf(stdin, 0, &error);
  if (!explanation) {
    fprintf(stderr, "line %d: %s\n", error.line, error.text);
    return 2;
  }
  bool named = names_check(explanation, arguments[1]) && names_culprit(explanation, arguments[2]);
  json_decref(explanation);
  return named ? 0 : 1;
}

/* Reads a JSON Lines trace from standard input and checks what docs/jsonl.md promises of it; prints how many
 * objects of each type there were. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned line_number;

static void refuse(const char *what) {
  printf("line %u: %s\n", line_number, what);
  exit(1);
}

static const char *text_of(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  if (!text) refuse(key);
  return text;
}

/* `after` is `before` with the register writes of `steps` applied in order. */
static void steps_fold(const json_t *event) {
  json_t *state = json_deep_copy(json_object_get(event, "before"));
  const json_t *steps = json_object_get(event, "steps"), *step;
  size_t i;
  if (!json_is_object(state) || !json_is_array(steps)) refuse("before and steps");
  json_array_foreach(steps, i, step) {
    if (strcmp(text_of(step, "kind"), "write") != 0 || strcmp(text_of(step, "item"), "register") != 0)
      continue;
    json_object_set(state, text_of(step, "register"), json_object_get(step, "new"));
  }
  if (!json_equal(state, json_object_get(event, "after"))) refuse("before and steps do not give after");
  json_decref(state);
}

static void macro_check(const json_t *macro) {
  const json_t *words = json_object_get(json_object_get(macro, "stack"), "words");
  json_int_t step = json_integer_value(json_object_get(macro, "step"));
  if (step < 1 || step > 99 || *text_of(macro, "name") == 0) refuse("a macro-step has a number and a name");
  if (json_array_size(words) != 17) refuse("a stack has 17 words");
  if (!json_is_object(json_object_get(macro, "registers"))) refuse("registers");
}

static void event_check(const json_t *event) {
  static json_int_t last;
  json_int_t sequence = json_integer_value(json_object_get(event, "sequence"));
  const json_t *stacks = json_object_get(event, "stacks");
  if (sequence <= last) refuse("the sequence does not rise");
  if (json_integer_value(json_object_get(event, "parent")) >= sequence) refuse("the parent comes later");
  if (json_array_size(json_object_get(json_object_get(stacks, "before"), "words")) != 17 ||
      json_array_size(json_object_get(json_object_get(stacks, "after"), "words")) != 17)
    refuse("a stack has 17 words");
  last = sequence;
  steps_fold(event);
}

int main(void) {
  static const char *const types[] = { "header",      "transition", "operation", "refused",
                                       "instruction", "macro",      "end" };
  enum { HEADER, INSTRUCTION = 4, MACRO, END, TYPES };
  unsigned count[TYPES] = { 0 };
  char *line = NULL;
  size_t room = 0;
  while (getline(&line, &room, stdin) > 0) {
    line_number++;
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object)) refuse("not an object");
    if (strncmp(line, "{\"type\":", 8) != 0) refuse("the type does not come first");
    unsigned type = 0;
    while (type < TYPES && strcmp(text_of(object, "type"), types[type]) != 0)
      type++;
    if (type == TYPES) refuse("an unknown type");
    if ((line_number == 1) != (type == HEADER)) refuse("the header is the first line, and no other");
    if (count[END] > 0) refuse("something follows the end");
    if (type > HEADER && type < INSTRUCTION) event_check(object);
    if (type == MACRO) macro_check(object);
    count[type]++;
    json_decref(object);
  }
  free(line);
  if (count[END] != 1) refuse("no end");
  for (unsigned i = 0; i < TYPES; i++)
    printf("%s %u\n", types[i], count[i]);
  return 0;
}

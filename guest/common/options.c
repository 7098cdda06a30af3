/* Cutting the command line and the program's text into words. */
#include "options.h"

#include "console.h"
#include "text.h"

/* The next word of *rest, decoded, which may be empty; NULL, and *rest too, behind the last. */
static char *next_word(char **rest) {
  char *word = *rest, *end = word;
  if (!word) return NULL;
  while (*end && *end != ' ')
    end++;
  *rest = *end ? end + 1 : NULL;
  *end = 0;
  text_decode_percent(word);
  return word;
}

static void add(char **list, unsigned *count, char *word) {
  if (*count == OPTIONS_WORDS) console_refuse("more than %u arguments or variables", OPTIONS_WORDS);
  list[(*count)++] = word;
}

static void read_number(const char *word, const char *text, uint64_t *out) {
  if (!text_to_number(text, out)) console_refuse("%s: expected a decimal number", word);
}

static void read_option(char *word, struct options *out) {
  const char *value;
  if ((value = text_after(word, "entry=")))
    out->entry = value;
  else if ((value = text_after(word, "leave=")))
    out->leave = value;
  else if ((value = text_after(word, "user_pointers=")))
    out->user_pointers = value;
  else if ((value = text_after(word, "epoch=")))
    read_number(word, value, &out->epoch);
  else if ((value = text_after(word, "seed=")))
    read_number(word, value, &out->seed);
  else if ((value = text_after(word, "env=")))
    add(out->environment, &out->environment_count, word + (value - word));
}

void options_read(char *command_line, char *program_text, struct options *out) {
  char *word;
  out->entry = out->leave = "auto";
  out->user_pointers = "fixup";
  while ((word = next_word(&command_line)))
    read_option(word, out);
  while ((word = next_word(&program_text)))
    add(out->arguments, &out->argument_count, word);
  out->arguments[0] += text_base_name(out->arguments[0]) - out->arguments[0];
}

/* Reads "how=NAME" and "n=COUNT" from the multiboot command line; runs before paging, in 32-bit mode. */
#include "parameters.h"

#include <stdint.h>

uint32_t parameter_how(const char *text);
uint32_t parameter_count(const char *text);

/* What follows the first `key` in `text` at the start of a word, or "". */
static const char *value_of(const char *text, const char *key) {
  for (char before = ' '; *text; before = *text++) {
    unsigned i = 0;
    while (key[i] && text[i] == key[i])
      i++;
    if (before == ' ' && !key[i]) return text + i;
  }
  return text;
}

static int is_word(const char *text, const char *word) {
  while (*word && *text == *word) {
    text++;
    word++;
  }
  return !*word && (*text == ' ' || !*text);
}

uint32_t parameter_how(const char *text) {
  static const char name[HOW_UNKNOWN][8] = { "int80", "syscall", "loop3", "loop8", "loop30" };
  const char *value = value_of(text, "how=");
  uint32_t how = 0;
  while (how < HOW_UNKNOWN && !is_word(value, name[how]))
    how++;
  return how;
}

uint32_t parameter_count(const char *text) {
  uint32_t count = 0;
  for (const char *c = value_of(text, "n="); *c >= '0' && *c <= '9'; c++)
    count = count * 10 + (uint32_t)(*c - '0');
  return count;
}

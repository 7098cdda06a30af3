/* Texts that grow, and the kernel's way of passing words: separated by spaces, each percent-encoded. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct text {
  char *bytes; /* NUL-terminated once anything was added */
  size_t length;
  bool failed; /* memory ran out; what was added since is lost */
};

void text_add(struct text *text, const char *bytes, size_t length);
void text_free(struct text *text);

/* Adds `prefix` as it is and `word` encoded, after a space unless it is the first: what would end a word or
 * start an escape becomes %XX, and an empty word %00. */
void text_add_word(struct text *text, const char *prefix, const char *word);

#endif

/* Texts that grow, and the kernel's way of passing words: separated by spaces, each percent-encoded. */
#include "cli/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void text_add(struct text *text, const char *bytes, size_t length) {
  char *grown = text->failed ? NULL : realloc(text->bytes, text->length + length + 1);
  if (!grown) {
    text->failed = true;
    return;
  }
  memcpy(grown + text->length, bytes, length);
  text->bytes = grown;
  text->length += length;
  text->bytes[text->length] = '\0';
}

void text_free(struct text *text) {
  free(text->bytes);
  *text = (struct text){ .bytes = NULL };
}

/* QEMU splits its -initrd at commas, so that a comma is escaped as well. */
static bool byte_is_plain(unsigned char byte) {
  return byte > ' ' && byte < 0x7f && byte != '%' && byte != ',';
}

void text_add_word(struct text *text, const char *prefix, const char *word) {
  char escape[4] = "%00";
  if (text->length > 0) text_add(text, " ", 1);
  text_add(text, prefix, strlen(prefix));
  if (*word == '\0') text_add(text, escape, 3);
  for (const char *at = word; *at; at++) {
    if (byte_is_plain((unsigned char)*at)) {
      text_add(text, at, 1);
      continue;
    }
    snprintf(escape, sizeof escape, "%%%02x", (unsigned char)*at);
    text_add(text, escape, 3);
  }
}

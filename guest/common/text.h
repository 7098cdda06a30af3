/* Memory and text, as a freestanding compiler and its users need them. */
#ifndef GUEST_TEXT_H
#define GUEST_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *left, const void *right, size_t size);
size_t strlen(const char *text);

bool text_equals(const char *left, const char *right);

/* What follows `prefix` in `text`, or NULL when it does not begin so. */
const char *text_after(const char *text, const char *prefix);

/* The part after the last slash. */
const char *text_base_name(const char *path);

/* Reads all of `text` as a decimal number. */
bool text_to_number(const char *text, uint64_t *out);

/* The value of a hexadecimal digit; -1 for another character. */
int text_hex_digit(char c);

/* Replaces %XX by the byte it names, in place; a % without two hexadecimal digits stays. */
void text_decode_percent(char *text);

/* Formats %s, %u (unsigned), %x (uintptr_t, in hexadecimal with 0x) and %% into `out`, always terminated; the
 * length. */
size_t text_format(char *out, size_t size, const char *format, va_list arguments);
size_t text_put(char *out, size_t size, const char *format, ...);

#endif

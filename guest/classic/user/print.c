/* Lines of output, and the few functions on memory that programs need. */
#include "library.h"

#include <stdarg.h>

#define LINE_SIZE 256

struct line {
  char text[LINE_SIZE];
  int length;
};

static void put(struct line *line, char c) {
  if (line->length < LINE_SIZE) line->text[line->length++] = c;
}

static void put_text(struct line *line, const char *text) {
  while (*text)
    put(line, *text++);
}

static void put_number(struct line *line, int number) {
  unsigned rest = number < 0 ? 0u - (unsigned)number : (unsigned)number;
  char digits[12];
  int count = 0;
  if (number < 0) put(line, '-');
  do
    digits[count++] = (char)('0' + rest % 10);
  while ((rest /= 10) != 0);
  while (count > 0)
    put(line, digits[--count]);
}

void print(const char *format, ...) {
  struct line line = { .length = 0 };
  va_list arguments;
  va_start(arguments, format);
  for (; *format; format++) {
    if (*format != '%')
      put(&line, *format);
    else if (*++format == 's')
      put_text(&line, va_arg(arguments, const char *));
    else
      put_number(&line, va_arg(arguments, int));
  }
  va_end(arguments);
  write(1, line.text, line.length);
}

/* In assembler, as the compiler would turn a loop here into a call of the very function. */
void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  void *at = to;
  __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(size) : : "memory");
  return to;
}

void *memset(void *to, int byte, size_t size) {
  void *at = to;
  __asm__ volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(byte) : "memory");
  return to;
}

int memcmp(const void *left, const void *right, size_t size) {
  const unsigned char *a = left, *b = right;
  for (; size > 0; size--, a++, b++)
    if (*a != *b) return *a - *b;
  return 0;
}

size_t strlen(const char *text) {
  size_t length = 0;
  while (text[length])
    length++;
  return length;
}

/* Memory and text: copying, comparing, numbers, percent-encoding, a small formatter. */
#include "text.h"

#ifdef __x86_64__
#define MOVE_WORDS "rep movsq"
#define STORE_WORDS "rep stosq"
#else
#define MOVE_WORDS "rep movsl"
#define STORE_WORDS "rep stosl"
#endif

/* In assembler, as the compiler would turn a loop here into a call of the very function. */
void *memcpy(void *restrict to, const void *restrict from, size_t size) {
  size_t words = size / sizeof(size_t), rest = size % sizeof(size_t);
  void *at = to;
  __asm__ volatile(MOVE_WORDS : "+D"(at), "+S"(from), "+c"(words) : : "memory");
  __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(rest) : : "memory");
  return to;
}

void *memmove(void *to, const void *from, size_t size) {
  char *last = (char *)to + size - 1;
  const char *last_from = (const char *)from + size - 1;
  if ((uintptr_t)to - (uintptr_t)from >= size) return memcpy(to, from, size);
  __asm__ volatile("std; rep movsb; cld" : "+D"(last), "+S"(last_from), "+c"(size) : : "memory");
  return to;
}

void *memset(void *to, int byte, size_t size) {
  size_t word = (size_t)-1 / 0xff * (unsigned char)byte, words = size / sizeof word,
         rest = size % sizeof word;
  void *at = to;
  __asm__ volatile(STORE_WORDS : "+D"(at), "+c"(words) : "a"(word) : "memory");
  __asm__ volatile("rep stosb" : "+D"(at), "+c"(rest) : "a"(word) : "memory");
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

bool text_equals(const char *left, const char *right) {
  const char *rest = text_after(left, right);
  return rest && *rest == 0;
}

const char *text_after(const char *text, const char *prefix) {
  for (; *prefix; text++, prefix++)
    if (*text != *prefix) return NULL;
  return text;
}

const char *text_base_name(const char *path) {
  const char *base = path;
  for (; *path; path++)
    if (*path == '/' && path[1]) base = path + 1;
  return base;
}

bool text_to_number(const char *text, uint64_t *out) {
  uint64_t value = 0;
  if (!*text) return false;
  for (; *text; text++) {
    if (*text < '0' || *text > '9' || value > UINT64_MAX / 10 - 1) return false;
    value = value * 10 + (uint64_t)(*text - '0');
  }
  *out = value;
  return true;
}

int text_hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void text_decode_percent(char *text) {
  char *out = text;
  for (; *text; text++) {
    int high = *text == '%' ? text_hex_digit(text[1]) : -1;
    int low = high >= 0 ? text_hex_digit(text[2]) : -1;
    *out++ = low >= 0 ? (char)(high << 4 | low) : *text;
    if (low >= 0) text += 2;
  }
  *out = 0;
}

struct output {
  char *text;
  size_t size, length;
};

static void put(struct output *out, char c) {
  if (out->length + 1 < out->size) out->text[out->length++] = c;
}

static void put_text(struct output *out, const char *text) {
  while (*text)
    put(out, *text++);
}

static void put_number(struct output *out, uintptr_t value, unsigned base) {
  char digits[24];
  unsigned count = 0;
  do
    digits[count++] = "0123456789abcdef"[value % base];
  while ((value /= base) != 0);
  while (count > 0)
    put(out, digits[--count]);
}

size_t text_format(char *text, size_t size, const char *format, va_list arguments) {
  struct output out = { text, size, 0 };
  for (; *format; format++) {
    if (*format != '%') {
      put(&out, *format);
      continue;
    }
    switch (*++format) {
    case 's': put_text(&out, va_arg(arguments, const char *)); break;
    case 'u': put_number(&out, va_arg(arguments, unsigned), 10); break;
    case 'x':
      put_text(&out, "0x");
      put_number(&out, va_arg(arguments, uintptr_t), 16);
      break;
    default: put(&out, *format); break;
    }
  }
  text[out.length] = 0;
  return out.length;
}

size_t text_put(char *text, size_t size, const char *format, ...) {
  va_list arguments;
  size_t length;
  va_start(arguments, format);
  length = text_format(text, size, format, arguments);
  va_end(arguments);
  return length;
}

/* Reads symbols from text as `nm` and System.map have it, and tells such a text from an ELF image. */
#include <string.h>

#include "trace/symbols.h"

struct cursor {
  const char *at, *end;
};

static bool cursor_take(struct cursor *line, char c) {
  if (line->at == line->end || *line->at != c) return false;
  line->at++;
  return true;
}

static bool cursor_take_address(struct cursor *line, uint64_t *address) {
  unsigned digits = 0;
  for (*address = 0; line->at < line->end; line->at++, digits++) {
    char c = *line->at;
    char lower = (char)(c | 0x20);
    unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : (unsigned)(lower - 'a' + 10);
    if (digit > 15 || (digit > 9 && (lower < 'a' || lower > 'f'))) break;
    *address = *address << 4 | digit;
  }
  return digits >= 1 && digits <= 16;
}

/* "ffffffff80100a00 T entry_syscall"; false when the line is something else. `*code` tells whether the symbol
 * is one of code. */
static bool line_parse(struct cursor line, struct symbol_source *source, bool *code) {
  if (!cursor_take_address(&line, &source->address)) return false;
  if (!cursor_take(&line, ' ') || line.at == line.end) return false;
  char type = *line.at++;
  if (!cursor_take(&line, ' ') || line.at == line.end) return false;
  const char *name = line.at;
  while (line.at < line.end && *line.at != ' ' && *line.at != '\t' && *line.at != '\r')
    line.at++;
  source->name = name;
  source->name_length = (size_t)(line.at - name);
  source->size = source->end = 0;
  *code = strchr("tTwWi", type) && type;
  source->rank = type == 't' ? SYMBOL_LOCAL_LABEL : type == 'w' || type == 'W' ? SYMBOL_WEAK : SYMBOL_LABEL;
  return source->name_length > 0;
}

/* nm tells undefined symbols without an address. */
static bool line_is_undefined(struct cursor line) {
  while (cursor_take(&line, ' '))
    continue;
  return line.end - line.at >= 2 && strchr("UwvW", line.at[0]) && line.at[1] == ' ';
}

static bool line_is_empty(struct cursor line) {
  while (cursor_take(&line, ' ') || cursor_take(&line, '\t') || cursor_take(&line, '\r'))
    continue;
  return line.at == line.end;
}

static enum rs_status map_collect(struct symbol_image *image, const char *text, size_t size,
                                  struct rs_error *error) {
  struct cursor rest = { text, text + size };
  for (unsigned number = 1; rest.at < rest.end; number++) {
    const char *newline = memchr(rest.at, '\n', (size_t)(rest.end - rest.at));
    struct cursor line = { rest.at, newline ? newline : rest.end };
    rest.at = newline ? newline + 1 : rest.end;
    struct symbol_source source;
    bool code;
    if (!line_parse(line, &source, &code)) {
      if (line_is_empty(line) || line_is_undefined(line)) continue;
      return rs_fail(error, RS_BAD_IMAGE,
                     "line %u is not \"address type name\" as nm prints it, and the file is not ELF", number);
    }
    if (code && symbols_image_add(image, &source) != RS_OK)
      return rs_fail(error, RS_OUT_OF_MEMORY, "no memory for symbols");
  }
  return RS_OK;
}

enum rs_status rs_symbols_add_map(struct rs_symbols *symbols, const char *text, size_t size,
                                  struct rs_error *error) {
  struct symbol_image *image = symbols_image_start();
  if (!image) return rs_fail(error, RS_OUT_OF_MEMORY, "no memory for symbols");
  enum rs_status status = map_collect(image, text, size, error);
  if (status == RS_OK)
    symbols_image_finish(symbols, image);
  else
    symbols_image_free(image);
  return status;
}

enum rs_status rs_symbols_add_file(struct rs_symbols *symbols, const void *bytes, size_t size,
                                   struct rs_error *error) {
  if (size >= 4 && memcmp(bytes, "\177ELF", 4) == 0)
    return rs_symbols_add_elf(symbols, bytes, size, 0, error);
  return rs_symbols_add_map(symbols, bytes, size, error);
}

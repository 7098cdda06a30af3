/* The formatting of text and its way into a file. */
#include "trace/output.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "trace/symbols.h"

void output_init(struct output *output, FILE *file, char *buffer, size_t capacity, bool colour) {
  *output = (struct output){ .file = file, .colour = colour, .buffer = buffer, .capacity = capacity };
}

void output_flush(struct output *output) {
  if (!output->file) return;
  size_t written = fwrite(output->buffer, 1, output->used, output->file);
  if (written != output->used && !output->error) output->error = errno ? errno : EIO;
  output->used = 0;
}

/* Bytes that take no column. */
static void output_raw(struct output *output, const char *bytes, size_t size) {
  while (size) {
    if (output->used == output->capacity) {
      if (!output->file) return;
      output_flush(output);
    }
    size_t room = output->capacity - output->used;
    size_t part = size < room ? size : room;
    memcpy(output->buffer + output->used, bytes, part);
    output->used += part;
    bytes += part;
    size -= part;
  }
}

void output_bytes(struct output *output, const char *bytes, size_t size) {
  output->column += (unsigned)size;
  output_raw(output, bytes, size);
}

void output_char(struct output *output, char c) {
  output_bytes(output, &c, 1);
}

void output_text(struct output *output, const char *text) {
  output_bytes(output, text, strlen(text));
}

void output_decimal(struct output *output, uint64_t value) {
  char digits[20];
  size_t first = sizeof digits;
  do {
    digits[--first] = (char)('0' + value % 10);
    value /= 10;
  } while (value);
  output_bytes(output, digits + first, sizeof digits - first);
}

void output_signed(struct output *output, int64_t value) {
  if (value < 0) output_char(output, '-');
  output_decimal(output, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void output_hex_digits(struct output *output, uint64_t value, unsigned digits) {
  char text[16];
  size_t first = sizeof text;
  while (first && (value || sizeof text - first < digits)) {
    text[--first] = "0123456789abcdef"[value & 15];
    value >>= 4;
  }
  output_bytes(output, text + first, sizeof text - first);
}

void output_hex_wide(struct output *output, uint64_t value, unsigned digits) {
  output_bytes(output, "0x", 2);
  output_hex_digits(output, value, digits);
}

void output_hex(struct output *output, uint64_t value) {
  output_hex_wide(output, value, 1);
}

void output_column(struct output *output, unsigned column) {
  if (output->column && output->column >= column) output_char(output, ' ');
  while (output->column < column)
    output_char(output, ' ');
}

void output_line(struct output *output) {
  output_raw(output, "\n", 1);
  output->column = 0;
}

size_t output_wrap(const char *text, size_t width, const char **rest) {
  size_t length = strlen(text), cut = width;
  assert(width > 0);
  if (length <= width) {
    *rest = text + length;
    return length;
  }
  while (cut > width / 2 && text[cut] != ' ')
    cut--;
  if (text[cut] != ' ') cut = width; /* a word that would leave half of the line empty is broken */
  *rest = text + cut + (text[cut] == ' ');
  return cut;
}

void output_colour(struct output *output, enum colour colour) {
  static const char *const sequence[] = {
    [COLOUR_NONE] = "\033[0m", [COLOUR_BOLD] = "\033[1m",  [COLOUR_FAINT] = "\033[2m",
    [COLOUR_RED] = "\033[31m", [COLOUR_USER] = "\033[32m", [COLOUR_KERNEL] = "\033[33m",
  };
  if (output->colour) output_raw(output, sequence[colour], strlen(sequence[colour]));
}

const char *output_finish(struct output *output) {
  size_t end = output->used < output->capacity ? output->used : output->capacity - 1;
  output->buffer[end] = 0;
  return output->buffer;
}

void output_symbol(struct output *output, const struct rs_symbols *symbols, uint64_t address) {
  uint64_t offset;
  const char *name = symbols_find(symbols, address, &offset);
  if (!name) {
    output_hex(output, address);
    return;
  }
  output_text(output, name);
  if (!offset) return;
  output_char(output, '+');
  output_hex(output, offset);
}

size_t rs_symbols_format(const struct rs_symbols *symbols, uint64_t address, char *text, size_t size) {
  char whole[256];
  struct output output;
  output_init(&output, NULL, whole, sizeof whole, false);
  output_symbol(&output, symbols, address);
  const char *result = output_finish(&output);
  size_t length = strlen(result), part = length < size ? length : size ? size - 1 : 0;
  if (size) {
    memcpy(text, result, part);
    text[part] = 0;
  }
  return length;
}

enum rs_status output_close(struct output *output, struct rs_error *error) {
  output_flush(output);
  if (!output->error && fflush(output->file) != 0) output->error = errno;
  if (!output->error) return RS_OK;
  return rs_fail(error, RS_IO_ERROR, "the trace could not be written: %s", strerror(output->error));
}

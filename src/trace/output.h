/* Text on its way to a file or into memory: numbers, columns and colours, formatted by hand because a trace
 * line must cost about a microsecond. */
#ifndef TRACE_OUTPUT_H
#define TRACE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ringside/trace.h"

enum colour { COLOUR_NONE, COLOUR_BOLD, COLOUR_FAINT, COLOUR_RED, COLOUR_USER, COLOUR_KERNEL };

struct output {
  FILE *file; /* NULL: what does not fit is dropped */
  bool colour;
  int error; /* errno of the first write that failed, or 0 */
  unsigned column;
  char *buffer;
  size_t used, capacity;
};

void output_init(struct output *output, FILE *file, char *buffer, size_t capacity, bool colour);

void output_char(struct output *output, char c);
void output_bytes(struct output *output, const char *bytes, size_t size);
void output_text(struct output *output, const char *text);
void output_decimal(struct output *output, uint64_t value);
void output_signed(struct output *output, int64_t value);

/* "0x1f"; output_hex_wide pads with zeros to `digits`; output_hex_digits leaves the "0x" out. */
void output_hex(struct output *output, uint64_t value);
void output_hex_wide(struct output *output, uint64_t value, unsigned digits);
void output_hex_digits(struct output *output, uint64_t value, unsigned digits);

/* Spaces up to `column`, at least one unless the line is empty. */
void output_column(struct output *output, unsigned column);
void output_line(struct output *output);

/* The next line of `text` in at most `width` columns, broken at a space where there is one: its length;
 * `*rest` is what follows, "" at the end. */
size_t output_wrap(const char *text, size_t width, const char **rest);

/* Takes no column; nothing without colour. */
void output_colour(struct output *output, enum colour colour);

/* Terminates a text in memory and returns it. */
const char *output_finish(struct output *output);

/* "main+0x1c" or "0x401234". */
void output_symbol(struct output *output, const struct rs_symbols *symbols, uint64_t address);

/* Hands everything to the file at once. */
void output_flush(struct output *output);

/* Flushes the file too, and tells in one line what could not be written. */
enum rs_status output_close(struct output *output, struct rs_error *error);

#endif

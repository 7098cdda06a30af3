/* The writing of rows, and their cutting to the room there is. */
#include "viewer/rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char ellipsis[] = "\xe2\x80\xa6"; /* U+2026 */

int viewer_position_compare(struct viewer_position a, struct viewer_position b) {
  int order = log_position_compare(a.at, b.at);
  if (order) return order;
  return a.step < b.step ? -1 : a.step > b.step;
}

static bool byte_continues(char byte) {
  return ((unsigned char)byte & 0xc0) == 0x80;
}

unsigned text_columns(const char *text, size_t bytes) {
  unsigned columns = 0;
  for (size_t i = 0; i < bytes; i++)
    columns += !byte_continues(text[i]);
  return columns;
}

/* How many bytes the first `columns` characters take. */
static size_t text_bytes(const char *text, unsigned columns) {
  size_t bytes = 0;
  while (text[bytes] && (columns || byte_continues(text[bytes])))
    columns -= !byte_continues(text[bytes++]);
  return bytes;
}

void panel_begin(struct viewer_panel *panel, unsigned columns, unsigned height) {
  panel->title[0] = 0;
  panel->columns = columns;
  panel->height = height < VIEWER_ROWS ? height : VIEWER_ROWS;
  panel->count = panel->first = 0;
  panel->focused = false;
}

void panel_title(struct viewer_panel *panel, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(panel->title, sizeof panel->title, format, arguments);
  va_end(arguments);
}

struct viewer_row *panel_add(struct viewer_panel *panel) {
  if (panel->count < VIEWER_ROWS) panel->count++;
  struct viewer_row *row = &panel->row[panel->count - 1];
  memset(row, 0, sizeof *row);
  return row;
}

void panel_scroll(struct viewer_panel *panel, int scroll, unsigned wanted) {
  int most = panel->count > panel->height ? (int)(panel->count - panel->height) : 0;
  int first = wanted >= panel->height ? (int)(wanted - panel->height / 2) : 0;
  if (first > most) first = most;
  first += scroll;
  panel->first = (unsigned)(first < 0 ? 0 : first > most ? most : first);
}

struct pen pen_begin(struct viewer_panel *panel) {
  struct pen pen = { .row = panel_add(panel), .columns = panel->columns };
  output_init(&pen.output, NULL, pen.row->text, sizeof pen.row->text, false);
  return pen;
}

/* How much of the text there is room for was written. */
static size_t pen_used(const struct pen *pen) {
  return pen->output.used < VIEWER_TEXT - 1 ? pen->output.used : VIEWER_TEXT - 1;
}

static void pen_close_span(struct pen *pen) {
  size_t used = pen_used(pen);
  struct viewer_row *row = pen->row;
  if (pen->style != STYLE_PLAIN && used > pen->from && row->span_count < VIEWER_SPANS)
    row->span[row->span_count++] =
        (struct viewer_span){ .start = (uint16_t)pen->from, .end = (uint16_t)used, .style = pen->style };
  pen->from = used;
}

void pen_style(struct pen *pen, enum viewer_style style) {
  if (pen->style == style) return;
  pen_close_span(pen);
  pen->style = (uint8_t)style;
}

void pen_base(struct pen *pen, enum viewer_style base) {
  pen->base = (uint8_t)base;
  pen_style(pen, base);
}

void pen_text(struct pen *pen, enum viewer_style style, const char *text) {
  pen_style(pen, style);
  output_text(&pen->output, text);
  pen_style(pen, (enum viewer_style)pen->base);
}

void pen_hex(struct pen *pen, enum viewer_style style, uint64_t value, unsigned digits) {
  pen_style(pen, style);
  output_hex_digits(&pen->output, value, digits);
  pen_style(pen, (enum viewer_style)pen->base);
}

static enum viewer_style style_of_sequence(const char *digits) {
  switch (digits[0]) {
  case '1': return STYLE_STRONG;
  case '2': return STYLE_FAINT;
  case '3': return digits[1] == '1' ? STYLE_BAD : digits[1] == '2' ? STYLE_USER : STYLE_KERNEL;
  default: return STYLE_PLAIN;
  }
}

void pen_coloured(struct pen *pen, const char *text) {
  while (*text) {
    size_t plain = strcspn(text, "\033");
    output_bytes(&pen->output, text, plain);
    text += plain;
    if (text[0] != '\033' || text[1] != '[') continue;
    pen_style(pen, style_of_sequence(text + 2));
    text += strcspn(text, "m");
    text += *text == 'm';
  }
}

static void row_cut(struct viewer_row *row, size_t bytes) {
  row->text[bytes] = 0;
  for (unsigned i = 0; i < row->span_count; i++) {
    if (row->span[i].start > bytes) row->span[i].start = (uint16_t)bytes;
    if (row->span[i].end > bytes) row->span[i].end = (uint16_t)bytes;
  }
}

void pen_end(struct pen *pen) {
  struct viewer_row *row = pen->row;
  size_t used = pen_used(pen);
  pen_close_span(pen);
  row->text[used] = 0;
  if (pen->output.used == used && text_columns(row->text, used) <= pen->columns) return;
  size_t kept = text_bytes(row->text, pen->columns ? pen->columns - 1 : 0);
  while (kept > VIEWER_TEXT - sizeof ellipsis || byte_continues(row->text[kept]))
    kept--;
  row_cut(row, kept);
  if (pen->columns) memcpy(row->text + kept, ellipsis, sizeof ellipsis);
}

/* The first part of `text` that fits, ending where a word does if one can. */
static size_t line_break(const char *text, unsigned columns) {
  size_t fits = text_bytes(text, columns), end = fits;
  if (!text[fits] || text[fits] == ' ') return fits;
  while (end && text[end] != ' ')
    end--;
  return end ? end : fits;
}

void panel_paragraph(struct viewer_panel *panel, unsigned indent, enum viewer_style style, const char *text) {
  unsigned room = panel->columns > indent + 8 ? panel->columns - indent : 8;
  while (*text) {
    size_t length = line_break(text, room);
    struct pen pen = pen_begin(panel);
    while (pen.output.column < indent)
      output_char(&pen.output, ' ');
    pen_style(&pen, style);
    output_bytes(&pen.output, text, length);
    pen_end(&pen);
    text += length;
    text += strspn(text, " ");
  }
}

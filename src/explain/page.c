/* Breaks paragraphs into lines. */
#include "explain/page.h"

#include <string.h>

void page_init(struct page *page, FILE *file, bool colour) {
  output_init(&page->out, file, page->buffer, sizeof page->buffer, colour);
}

struct output *page_begin(struct page *page) {
  output_init(&page->words, NULL, page->paragraph, sizeof page->paragraph, false);
  return &page->words;
}

static void indent_by(struct page *page, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    output_char(&page->out, ' ');
}

static void words_break(struct page *page, const char *text, unsigned rest) {
  for (bool first = true; *text; first = false) {
    size_t length = strcspn(text, " ");
    if (!first && page->out.column + 1 + length > PAGE_WIDTH) {
      output_line(&page->out);
      indent_by(page, rest);
    } else if (!first) {
      output_char(&page->out, ' ');
    }
    output_bytes(&page->out, text, length);
    text += length;
    if (*text) text++;
  }
}

void page_end(struct page *page, unsigned first, unsigned rest, enum colour colour) {
  if (page->words.used == 0) return;
  indent_by(page, first);
  if (colour) output_colour(&page->out, colour);
  words_break(page, output_finish(&page->words), rest);
  if (colour) output_colour(&page->out, COLOUR_NONE);
  output_line(&page->out);
}

void page_heading(struct page *page, const char *text) {
  output_line(&page->out);
  output_colour(&page->out, COLOUR_BOLD);
  output_text(&page->out, text);
  output_colour(&page->out, COLOUR_NONE);
  output_line(&page->out);
}

enum rs_status page_close(struct page *page, struct rs_error *error) {
  return output_close(&page->out, error);
}

/* Paragraphs on their way to a file: words first, then lines of a width. */
#ifndef EXPLAIN_PAGE_H
#define EXPLAIN_PAGE_H

#include "trace/output.h"

enum { PAGE_WIDTH = 100, PAGE_PARAGRAPH = 4096, PAGE_BUFFER = 1 << 14 };

struct page {
  struct output out;
  struct output words; /* of the paragraph at hand */
  char buffer[PAGE_BUFFER], paragraph[PAGE_PARAGRAPH];
};

void page_init(struct page *page, FILE *file, bool colour);

/* Begins a paragraph; its words go to what is returned. */
struct output *page_begin(struct page *page);

/* Writes it, if it has any words: the first line indented by `first`, the others by `rest`. */
void page_end(struct page *page, unsigned first, unsigned rest, enum colour colour);

/* A line of its own, after an empty one. */
void page_heading(struct page *page, const char *text);

enum rs_status page_close(struct page *page, struct rs_error *error);

#endif

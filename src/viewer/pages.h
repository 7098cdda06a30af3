/* The log a frame at a time: each frame as a page of what is listed of it, with the headlines. */
#ifndef VIEWER_PAGES_H
#define VIEWER_PAGES_H

#include "log/seek.h"
#include "viewer/moment.h"
#include "viewer/telling.h"

enum { PAGE_CACHE = 24 };

/* Anything but an instruction. */
struct page_entry {
  uint32_t event; /* in the frame */
  uint8_t kind;   /* enum log_kind */
  uint8_t ring_after;
  bool fault;            /* an exception, what raised one, or shutdown */
  uint64_t number;       /* of a transition that came about; else 0 */
  uint64_t instructions; /* executed before it */
  char cause[TELLING_CAUSE];
  size_t headline, brief, more; /* where each begins in the page's text: telling.h */
};

struct page {
  uint32_t frame;
  uint64_t used;         /* when it was asked for last; 0: nothing is here */
  uint32_t events;       /* in the frame: whole ones */
  uint8_t ring;          /* where it begins */
  uint64_t number;       /* of the last transition before it */
  uint64_t begins, ends; /* instructions executed before its first event, and before its last */
  struct page_entry *entry;
  uint32_t count, capacity;
  char *text;
  size_t text_used, text_capacity;
};

struct pages {
  struct rs_log *log;
  uint32_t frames;
  uint64_t clock;
  struct page page[PAGE_CACHE];
};

void pages_init(struct pages *pages, struct rs_log *log, uint32_t frames);
void pages_free(struct pages *pages);

/* The page of a frame, read when it is not at hand; it stays until PAGE_CACHE others were asked for. What a
 * page says is the same however one came there.
 * NULL: there is no such frame, or memory is short. */
const struct page *pages_get(struct pages *pages, uint32_t frame);

/* The first entry of the page at or behind `event`; `count` when there is none. */
uint32_t page_find(const struct page *page, uint32_t event);

static inline const char *page_headline(const struct page *page, const struct page_entry *entry) {
  return page->text + entry->headline;
}
static inline const char *page_brief(const struct page *page, const struct page_entry *entry) {
  return page->text + entry->brief;
}

static inline const char *page_more(const struct page *page, const struct page_entry *entry) {
  return page->text + entry->more;
}

/* The entry that stands at `position`, and its page; NULL: none does. */
const struct page_entry *pages_find(struct pages *pages, struct log_position position,
                                    const struct page **page);

#endif

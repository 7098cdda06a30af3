/* The reading of frames into pages. */
#include "viewer/pages.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_ROOM = 4096 };

void pages_init(struct pages *pages, struct rs_log *log, uint32_t frames) {
  *pages = (struct pages){ .log = log, .frames = frames };
}

void pages_free(struct pages *pages) {
  for (unsigned i = 0; i < PAGE_CACHE; i++) {
    free(pages->page[i].entry);
    free(pages->page[i].text);
  }
}

static bool text_add(struct page *page, const char *text, size_t *at) {
  size_t size = strlen(text) + 1;
  if (page->text_capacity - page->text_used < size) {
    size_t capacity = page->text_capacity * 2 + size + TEXT_ROOM;
    char *grown = realloc(page->text, capacity);
    if (!grown) return false;
    page->text = grown;
    page->text_capacity = capacity;
  }
  *at = page->text_used;
  memcpy(page->text + page->text_used, text, size);
  page->text_used += size;
  return true;
}

static struct page_entry *page_add(struct page *page, const struct telling *telling) {
  if (page->count == page->capacity) {
    uint32_t capacity = page->capacity ? page->capacity * 2 : 128;
    struct page_entry *grown = realloc(page->entry, capacity * sizeof *grown);
    if (!grown) return NULL;
    page->entry = grown;
    page->capacity = capacity;
  }
  struct page_entry *entry = &page->entry[page->count];
  memset(entry, 0, sizeof *entry);
  memcpy(entry->cause, telling->cause, strlen(telling->cause) + 1);
  bool added = text_add(page, telling->headline, &entry->headline) &&
               text_add(page, telling->brief, &entry->brief) && text_add(page, telling->more, &entry->more);
  if (!added) return NULL;
  page->count++;
  return entry;
}

static void entry_fill(struct page_entry *entry, const struct log_event *event) {
  entry->kind = (uint8_t)event->kind;
  entry->instructions = event_place(event, &entry->ring_after);
  if (event->kind != LOG_TRANSITION) return;
  entry->ring_after = event->transition->transition->after.cpl;
  entry->fault = transition_is_fault(event->transition->transition);
  entry->number = event->transition->number;
}

/* Where the event leaves the clock, and the first one of the page the ring. */
static void page_follow(struct page *page, const struct log_event *event) {
  uint8_t ring;
  page->ends = event_place(event, &ring);
  if (!page->events++) page->ring = ring;
}

static struct page_entry *entry_add(struct page *page, const struct story *story,
                                    const struct log_event *event) {
  struct telling telling;
  telling_fill(&telling, story, event);
  struct page_entry *entry = page_add(page, &telling);
  if (entry) entry_fill(entry, event);
  return entry;
}

/* Reads the events of the page's frame. False: memory is short. */
static bool frame_read(struct pages *pages, struct story *story, struct page *page) {
  struct log_event event;
  struct log_position at = { page->frame, 0 };
  if (log_go(pages->log, at, NULL) != RS_OK) return true;
  for (at = log_here(pages->log); at.frame == page->frame; at = log_here(pages->log)) {
    if (log_next(pages->log, &event, NULL) != RS_OK || !event.kind) break;
    if (event.kind == LOG_TRANSITION) story_follow(story, event.transition);
    page_follow(page, &event);
    if (event.kind == LOG_INSTRUCTION) continue;
    struct page_entry *entry = entry_add(page, story, &event);
    if (!entry) return false;
    entry->event = at.event;
  }
  return true;
}

static void entry_follow(void *context, const struct rs_transition_event *event) {
  story_follow(context, event);
}

static bool page_read(struct pages *pages, struct page *page, uint32_t frame) {
  struct log_here here = { .number = 0 };
  bool there = log_find_frame(pages->log, frame, &here, NULL) == RS_OK;
  page->frame = frame;
  page->events = page->count = 0;
  page->text_used = 0;
  page->ring = 0;
  page->number = here.number;
  page->begins = page->ends = here.instructions;
  struct story *story = calloc(1, sizeof *story);
  if (!story) return false;
  story->options =
      (struct rs_text_options){ .symbols = rs_log_symbols(pages->log), .memory = rs_log_memory(pages->log) };
  if (there) log_follow_entries(pages->log, &here, entry_follow, story, NULL);
  bool whole = !there || frame_read(pages, story, page);
  free(story);
  return whole;
}

const struct page *pages_get(struct pages *pages, uint32_t frame) {
  struct page *oldest = &pages->page[0];
  if (frame >= pages->frames) return NULL;
  pages->clock++;
  for (unsigned i = 0; i < PAGE_CACHE; i++) {
    struct page *page = &pages->page[i];
    if (page->used && page->frame == frame) {
      page->used = pages->clock;
      return page;
    }
    if (page->used < oldest->used) oldest = page;
  }
  oldest->used = 0;
  if (!page_read(pages, oldest, frame)) return NULL;
  oldest->used = pages->clock;
  return oldest;
}

uint32_t page_find(const struct page *page, uint32_t event) {
  uint32_t low = 0, high = page->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (page->entry[middle].event < event)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

const struct page_entry *pages_find(struct pages *pages, struct log_position position,
                                    const struct page **page) {
  *page = pages_get(pages, position.frame);
  uint32_t index = *page ? page_find(*page, position.event) : 0;
  if (!*page || index == (*page)->count || (*page)->entry[index].event != position.event) return NULL;
  return &(*page)->entry[index];
}

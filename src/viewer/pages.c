/* The reading of frames into pages. */
#include "viewer/pages.h"

#include <stdlib.h>
#include <string.h>

#include "trace/macro_steps.h"

enum { HEADLINE = 1024, PARAGRAPH = 2048 };

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
    size_t capacity = page->text_capacity * 2 + size + HEADLINE;
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

static struct page_entry *page_add(struct page *page, const char *text, const char *more) {
  if (page->count == page->capacity) {
    uint32_t capacity = page->capacity ? page->capacity * 2 : 128;
    struct page_entry *grown = realloc(page->entry, capacity * sizeof *grown);
    if (!grown) return NULL;
    page->entry = grown;
    page->capacity = capacity;
  }
  struct page_entry *entry = &page->entry[page->count];
  memset(entry, 0, sizeof *entry);
  if (!text_add(page, text, &entry->text) || !text_add(page, more, &entry->more)) return NULL;
  page->count++;
  return entry;
}

static void entry_of_transition(struct page_entry *entry, const struct rs_transition_event *event) {
  const struct rs_transition *transition = event->transition;
  entry->ring_after = transition->after.cpl;
  entry->fault = transition_is_fault(transition);
  entry->number = event->number;
  entry->instructions = event->instructions;
  struct output output;
  output_init(&output, NULL, entry->cause, sizeof entry->cause, false);
  cause_print(&output, &transition->cause);
  output_finish(&output);
}

static const char *end_text(enum rs_end_reason reason) {
  switch (reason) {
  case RS_END_EXIT: return "exited with ";
  case RS_END_HALT: return "halted for ever";
  case RS_END_SHUTDOWN: return "shut down";
  case RS_END_LIMIT: return "reached the instruction limit";
  case RS_END_STOPPED: return "was stopped";
  case RS_END_FAILED: return "failed on the host";
  }
  return "ended";
}

static void print_end(struct output *output, const struct rs_end_event *end) {
  output_colour(output, COLOUR_BOLD);
  output_text(output, "the run ");
  output_text(output, end_text(end->reason));
  if (end->reason == RS_END_EXIT) output_signed(output, end->status);
  output_colour(output, COLOUR_NONE);
  output_text(output, " after ");
  output_decimal(output, end->instructions);
  output_text(output, end->instructions == 1 ? " instruction" : " instructions");
}

static void event_print(struct output *output, struct story *story, const struct log_event *event) {
  switch (event->kind) {
  case LOG_TRANSITION: headline_print(output, story, event->transition); break;
  case LOG_MACRO: macro_print_line(output, event->macro, story->options.symbols); break;
  default: print_end(output, event->end);
  }
}

static void entry_fill(struct page_entry *entry, const struct log_event *event) {
  entry->kind = (uint8_t)event->kind;
  if (event->kind == LOG_TRANSITION) {
    entry_of_transition(entry, event->transition);
  } else if (event->kind == LOG_MACRO) {
    entry->ring_after = event->macro->cpu->cpl;
    entry->instructions = event->macro->instructions;
  } else {
    entry->instructions = event->end->instructions;
  }
}

/* Where the event leaves the clock, and the first one of the page the ring. */
static void page_follow(struct page *page, const struct log_event *event) {
  uint8_t ring;
  page->ends = event_place(event, &ring);
  if (!page->events++) page->ring = ring;
}

/* Why the processor shut down. */
static void event_explain(struct output *output, struct story *story, const struct log_event *event) {
  bool shutdown = event->kind == LOG_TRANSITION &&
                  event->transition->transition->cause.mechanism == RS_MECHANISM_SHUTDOWN;
  if (shutdown) refusals_print_shutdown(output, &story->refusals, story->options.symbols);
}

static struct page_entry *entry_add(struct page *page, struct story *story, const struct log_event *event) {
  char text[HEADLINE], more[PARAGRAPH];
  struct output headline, paragraph;
  output_init(&headline, NULL, text, sizeof text, true);
  output_init(&paragraph, NULL, more, sizeof more, false);
  event_print(&headline, story, event);
  event_explain(&paragraph, story, event);
  struct page_entry *entry = page_add(page, output_finish(&headline), output_finish(&paragraph));
  if (entry) entry_fill(entry, event);
  return entry;
}

/* Reads the events of `frame`: into the page, or, where that is NULL, into the story alone. False: memory is
 * short. */
static bool frame_read(struct pages *pages, uint32_t frame, struct story *story, struct page *page) {
  struct log_event event;
  struct log_position at = { frame, 0 };
  if (log_go(pages->log, at, NULL) != RS_OK) return true;
  for (at = log_here(pages->log); at.frame == frame; at = log_here(pages->log)) {
    if (log_next(pages->log, &event, NULL) != RS_OK || !event.kind) break;
    if (event.kind == LOG_TRANSITION) story_follow(story, event.transition);
    if (!page) continue;
    page_follow(page, &event);
    if (event.kind == LOG_INSTRUCTION) continue;
    struct page_entry *entry = entry_add(page, story, &event);
    if (!entry) return false;
    entry->event = at.event;
  }
  return true;
}

static bool page_read(struct pages *pages, struct page *page, uint32_t frame) {
  struct story *story = calloc(1, sizeof *story);
  if (!story) return false;
  story->options =
      (struct rs_text_options){ .symbols = rs_log_symbols(pages->log), .memory = rs_log_memory(pages->log) };
  page->frame = frame;
  page->events = page->count = 0;
  page->text_used = 0;
  page->ring = 0;
  struct log_here here = { .number = 0 };
  bool whole = true;
  if (log_find_frame(pages->log, frame, &here, NULL) != RS_OK) return true;
  page->number = here.number;
  page->begins = page->ends = here.instructions;
  if (frame) whole = frame_read(pages, frame - 1, story, NULL);
  whole = whole && frame_read(pages, frame, story, page);
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

bool page_cursor_previous(struct pages *pages, struct page_cursor *cursor) {
  if (cursor->index) {
    cursor->index--;
    return true;
  }
  uint32_t frame = cursor->page->frame;
  for (unsigned tries = 0; frame && tries < PAGE_REACH; tries++) {
    const struct page *page = pages_get(pages, --frame);
    if (!page) return false;
    if (!page->count) continue;
    *cursor = (struct page_cursor){ page, page->count - 1 };
    return true;
  }
  return false;
}

bool page_cursor_next(struct pages *pages, struct page_cursor *cursor) {
  if (cursor->index + 1 < cursor->page->count) {
    cursor->index++;
    return true;
  }
  uint32_t frame = cursor->page->frame;
  for (unsigned tries = 0; tries < PAGE_REACH; tries++) {
    const struct page *page = pages_get(pages, ++frame);
    if (!page) return false;
    if (!page->count) continue;
    *cursor = (struct page_cursor){ page, 0 };
    return true;
  }
  return false;
}

bool page_cursor_at(struct pages *pages, struct log_position position, struct page_cursor *out) {
  const struct page *page = pages_get(pages, position.frame);
  if (!page) return false;
  *out = (struct page_cursor){ page, page_find(page, position.event) };
  if (out->index < page->count && page->entry[out->index].event == position.event) return true;
  return page_cursor_previous(pages, out);
}
